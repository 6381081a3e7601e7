"""The log of requests to the stand-in, without secrets."""

import threading
import time
from collections import deque
from typing import Any

from flask import Request

KEPT = 50_000


class RequestLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._reset_at = 0.0

    def reset(self) -> None:
        with self._lock:
            self._entries.clear()
            self._reset_at = time.time()

    def add(self, entry: dict[str, Any]) -> None:
        """Add the entry of a request, unless the request began before the last reset."""
        with self._lock:
            if entry["time"] >= self._reset_at:
                self._entries.append(entry)

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._entries)


def describe(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.args.to_dict(),
        "form": sorted(request.form),
        "headers": {name: _harmless(name, value) for name, value in request.headers.items()},
    }


def _harmless(name: str, value: str) -> str:
    return value.split(" ", 1)[0] if name == "Authorization" else value
