"""Files through which all processes of one machine count together, for prometheus-client.

Its multiprocess mode gives each process a file of its own, named after the process's number. Such
files pile up, since a counter may not lose what a dead process has counted. Here a process takes
the lowest free number instead and counts on in that file, so there are never more files than
processes that have run at the same time. The system frees the number of a process that is killed.
"""

import fcntl
import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client reads it


class Files:
    """The metric files in a folder. Called, it returns the number of this process."""

    def __init__(self, folder: Path) -> None:
        """Take part. The first process after all others have ended deletes what they counted.

        Prometheus knows that counters begin anew, and a file that a crash of the machine has
        damaged would stop every process. Raises ImproperlyConfigured.
        """
        self.folder = folder
        self._pid, self._number = 0, 0
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            in_use = _open(folder / "in-use.lock")
            with suppress(BlockingIOError):
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for left in folder.glob("*.db"):
                    left.unlink(missing_ok=True)
            fcntl.flock(in_use, fcntl.LOCK_SH)  # forked processes inherit and keep it
        except OSError as error:
            raise ImproperlyConfigured(
                f"METRICS_TOKEN is set, and metrics can't be kept in {folder} ({error.strerror}): "
                "set VAR_DIR to a folder that can be written"
            ) from error
        os.environ[VARIABLE] = str(folder)

    def __call__(self) -> int:
        """Return a number that no other process has now; a forked process takes one of its own."""
        if self._pid != os.getpid():
            self._number, self._pid = self._take(), os.getpid()
        return self._number

    def _take(self) -> int:
        """Take the lowest free number, until this process ends: its lock is never closed."""
        for number in count():
            lock = _open(self.folder / f"{number}.lock")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return number
        raise AssertionError


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
