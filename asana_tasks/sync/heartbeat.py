"""The sign of life of a process that runs due syncs: its row of Worker."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event, Thread
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone

from asana_tasks.models import Worker

logger = logging.getLogger(__name__)

EVERY: Final = 5.0  # seconds: SQLite has one writer


class Heartbeat:
    def __init__(self, kind: Worker.Kind, name: str, started_at: datetime | None = None) -> None:
        self.kind, self.name = kind, name
        self.started_at = started_at or timezone.now()
        self._written_at = -float("inf")

    def beat(self) -> None:
        """Write that this process is alive, unless that was done less than EVERY ago.

        Another process may have had the same name: its row is taken over, with a new beginning.
        """
        if time.monotonic() - self._written_at < EVERY:
            return
        now = timezone.now()
        mine = Worker.objects.filter(name=self.name, started_at=self.started_at)
        if not mine.update(seen_at=now):
            about = {"kind": self.kind, "started_at": self.started_at, "seen_at": now}
            Worker.objects.update_or_create(name=self.name, defaults=about)
        self._written_at = time.monotonic()

    def end(self) -> None:
        """Remove the row, so that nobody counts on this process."""
        with suppress(DatabaseError):
            Worker.objects.filter(name=self.name, started_at=self.started_at).delete()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Beat in a thread beside something long."""
        ended = Event()
        Thread(target=self._keep, args=(ended,), daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def _keep(self, ended: Event) -> None:
        while not ended.wait(EVERY):
            try:
                self.beat()
            except DatabaseError as error:
                logger.warning("No heartbeat: %s", type(error).__name__)
            finally:
                connection.close()
