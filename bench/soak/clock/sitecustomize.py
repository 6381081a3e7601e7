"""Lets each Python that starts with this folder in PYTHONPATH follow a clock that can be stepped.

STEPPED_CLOCK names a file with the seconds by which the clock is wrong; it is read each second.
Python imports a module of this name by itself when it starts (its documentation of `site`).
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import time_machine

BEGAN = datetime.now(UTC) - timedelta(seconds=time.monotonic())  # the monotonic clock is right


def shifted(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=time.monotonic() + seconds)


def follow(file: Path) -> None:
    wrong_by = float(file.read_text())
    clock = time_machine.travel(shifted(wrong_by), tick=True).start()
    while True:
        time.sleep(1)
        if (now_by := float(file.read_text() or wrong_by)) != wrong_by:
            wrong_by = now_by
            clock.move_to(shifted(wrong_by))


Thread(target=follow, args=(Path(os.environ["STEPPED_CLOCK"]),), daemon=True).start()
