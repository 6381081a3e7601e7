"""Gaps between a process's longer transactions on SQLite, which has a single writer.

SQLite has no queue: who waits for the writer looks again after ever longer pauses, up to a tenth of
a second. Beside a worker that stores page after page, people's own writes would wait for seconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from django.db import connection, transaction

LONGEST: Final = 0.02  # seconds


class Gaps:
    """The end of the last gap; held by the thread that writes or waits to do so."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.ends_at = 0.0


gaps = Gaps()


@contextmanager
def transaction_after_gap() -> Iterator[None]:
    """Make a transaction, after a gap as long as the one before took, up to LONGEST.

    One thread of the process after another: the gaps of two would be filled by each other.
    """
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with gaps.lock:
        time.sleep(max(0.0, gaps.ends_at - time.monotonic()))
        began = time.monotonic()
        try:
            with transaction.atomic():
                yield
        finally:
            now = time.monotonic()
            gaps.ends_at = now + min(now - began, LONGEST)
