"""Limits of web requests that wait for Asana: a deadline for each, slots for all of a process.

A slow Asana may hold half of the threads that serve pages; the other half goes on. Commands and the
threads of a sync have no limits here: no page waits for them.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import requests
from django.http import HttpRequest, HttpResponse

SLOTS: Final = 8  # half of THREADS in scripts/web_server.py
SECONDS: Final = 10.0  # for all that one web request asks Asana
MESSAGE: Final = "Asana is slow right now. Try again in a moment."

GetResponse = Callable[[HttpRequest], HttpResponse]


class MayNotWait(requests.Timeout):
    """The error for a web request that may not wait for Asana, or not any longer."""


class _Limits:
    """What one web request may wait for, in all of its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entered = 0
        self._ends_at: float | None = None

    def start(self, seconds: float) -> None:
        """Set the deadline, unless it runs already."""
        with self._lock:
            self._ends_at = self._ends_at or time.monotonic() + seconds

    def enter(self) -> float:
        """Take a slot unless this web request has one; return the seconds left.

        Raises MayNotWait without a slot, and after the deadline.
        """
        with self._lock:
            left = (self._ends_at or 0) - time.monotonic()
            if left <= 0 or not (self._entered or _slots.acquire(blocking=False)):
                raise MayNotWait(MESSAGE)
            self._entered += 1
            return left

    def leave(self) -> None:
        with self._lock:
            self._entered -= 1
            if not self._entered:
                _slots.release()


_slots = threading.BoundedSemaphore(SLOTS)
_limits: ContextVar[_Limits | None] = ContextVar("limits", default=None)


def limit_waiting(get_response: GetResponse) -> GetResponse:
    """Return a middleware that sets these limits for each web request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        before = _limits.set(_Limits())
        try:
            return get_response(request)
        finally:
            _limits.reset(before)

    return middleware


@contextmanager
def slot(seconds: float = SECONDS) -> Iterator[float]:
    """Hold a slot; yield the seconds left of `seconds` since this web request first had one.

    Threads that run in a copy of the context share slot and deadline. Raises MayNotWait at once.
    """
    limits = _limits.get()
    if limits is None:
        yield math.inf
        return
    limits.start(seconds)
    left = limits.enter()
    try:
        yield left
    finally:
        limits.leave()
