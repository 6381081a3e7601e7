"""Programs that run side by side until somebody says stop, or until one of them ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import cast

ROOT = Path(__file__).parent.parent

Process = subprocess.Popen[bytes]


@contextmanager
def side_by_side() -> Iterator[list[Process]]:
    """A list for what is started; all of it is ended with us, however we end."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    processes: list[Process] = []
    try:
        yield processes
    finally:
        _end(processes)


def start(command: list[str], output: int | None = None) -> Process:
    """In a process group of its own: Ctrl-C reaches us alone, and we stop it in order."""
    return subprocess.Popen(command, cwd=ROOT, stdout=output, start_new_session=True)


def first_ended(processes: list[Process]) -> str:
    """Which one and how, such as "gunicorn was killed by SIGKILL"; empty while all of them run."""
    for process in processes:
        if (code := process.poll()) is not None:
            return f"{_name(process)} {_how(code)}"
    return ""


def watch(processes: list[Process]) -> None:
    while not (ended := first_ended(processes)):
        time.sleep(0.5)
    sys.exit(f"A part of the site has ended unexpectedly: {ended}. See above for what went wrong.")


def _name(process: Process) -> str:
    """Of the program: the module or command that Python was started with."""
    command = cast("list[str]", process.args)  # as we started it
    words = [word for word in command if word not in {"-m", "manage.py"}]
    return words[1]


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _end(processes: list[Process]) -> None:
    print("\nStopping.", flush=True)
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
