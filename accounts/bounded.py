"""Functions that have to come to an end: of a database or broker that hangs nobody is told."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

from django.db import connection

Result = TypeVar("Result")


class Bounded(Generic[Result]):
    """A function that is run in a thread, by one at a time: a server that hangs holds one.

    Who asks meanwhile waits for the same result.
    """

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._lock = Lock()
        self._run: Future[Result] | None = None

    def begin(self) -> "Future[Result]":
        """Return the run under way, or a new one. Its `result` waits for it."""
        with self._lock:
            if self._run is None or self._run.done():
                run: Future[Result] = Future()
                Thread(target=self._fulfil, args=(run,), daemon=True).start()
                self._run = run
            return self._run

    def _fulfil(self, run: "Future[Result]") -> None:
        try:
            run.set_result(self._function())
        except Exception as error:
            run.set_exception(error)
        finally:
            connection.close()
