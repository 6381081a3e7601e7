"""Programs that run in parallel until a signal stops them, or until one of them ends."""

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
    """Yield a list for started processes; end them all at the end, also after a signal."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    processes: list[Process] = []
    try:
        yield processes
    finally:
        _end(processes)


def start(command: list[str], output: int | None = None) -> Process:
    """Start a command in its own session: Ctrl-C reaches this program, which stops the command."""
    return subprocess.Popen(command, cwd=ROOT, stdout=output, start_new_session=True)


def first_ended(processes: list[Process]) -> str:
    """Return which process ended and how, such as "gunicorn was killed by SIGKILL"; else ''."""
    for process in processes:
        if (code := process.poll()) is not None:
            return f"{_name(process)} {_how(code)}"
    return ""


def watch(processes: list[Process]) -> None:
    while not (ended := first_ended(processes)):
        time.sleep(0.5)
    sys.exit(f"A part of the site has ended unexpectedly: {ended}. See above for what went wrong.")


def _name(process: Process) -> str:
    """Return the module or the command of manage.py that Python was started with."""
    command = cast("list[str]", process.args)  # `start` passes a list
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
