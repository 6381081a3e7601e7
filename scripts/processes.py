"""Programs that run in parallel until a signal stops them, or until one of them ends.

A signal only leaves a note, which is read where no program is just being started or ended: an
exception in the middle of that would leave one behind. So it doesn't matter when a signal comes, or
how many.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import FrameType
from typing import Final

ROOT = Path(__file__).parent.parent
LOOK_EVERY: Final = 0.1  # seconds
SECONDS_TO_END: Final = 8
PAUSES: Final = (1, 60)  # seconds before a restart: the first, and the longest
STABLE: Final = 60  # a program that lived for so many seconds is restarted after the first pause

signals: list[int] = []
_parent = os.getppid()


def catch_signals() -> None:
    """Take note of signals to stop; to be called before the first program is started."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _note)


def _note(number: int, _frame: FrameType | None) -> None:
    signals.append(number)


def stop_if_asked() -> None:
    """Raise SystemExit if a signal to stop has come, to us or to the `make` that started us."""
    if _is_asked():
        sys.exit(0)


def _is_asked() -> bool:
    return bool(signals) or ("STARTED_BY_MAKE" in os.environ and _make_was_interrupted())


def _make_was_interrupted() -> bool:
    """Tell whether `make` got a SIGINT or SIGHUP of its own, or is gone.

    It passes on a SIGTERM only. At the others it goes back to their default action and waits for us
    in silence; a second one kills it. Linux shows which signals a process still handles.
    """
    if os.getppid() != _parent:
        return True
    try:
        status = Path(f"/proc/{_parent}/status").read_text()
    except OSError:
        return False
    masks = dict(line.split(":", 1) for line in status.splitlines())
    handled = int(masks["SigCgt"], 16) | int(masks["SigIgn"], 16)
    return any(not handled >> (name - 1) & 1 for name in (signal.SIGINT, signal.SIGHUP))


class Program:
    """A program in a session of its own: Ctrl-C reaches this process, which ends the program."""

    def __init__(
        self, command: list[str], output: int | None, *, restarts: bool, pass_fds: Iterable[int]
    ) -> None:
        self.command, self.output, self.restarts = command, output, restarts
        self.pass_fds = tuple(pass_fds)
        self.pause = 0
        self.due_at = 0.0  # when it has ended and is to be started again
        self.start()

    def start(self) -> None:
        self.due_at, self.started_at = 0.0, time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            stdout=self.output,
            pass_fds=self.pass_fds,
            start_new_session=True,
        )

    def how_it_ended(self) -> str:
        """Return such as "worker was killed by SIGKILL", '' while it runs."""
        code = self.process.poll()
        return "" if code is None else f"{self._name} {_how(code)}"

    def keep_running(self) -> None:
        """Start a program that has ended again, after a pause that grows while it keeps ending."""
        if not (ended := self.how_it_ended()):
            return
        now = time.monotonic()
        if not self.due_at:
            first, longest = PAUSES
            is_stable = now - self.started_at >= STABLE
            self.pause = first if is_stable else min(longest, max(first, 2 * self.pause))
            self.due_at = now + self.pause
            _say(f"{ended} unexpectedly; it is started again in {self.pause} s.")
        elif now >= self.due_at:
            self.start()

    @property
    def _name(self) -> str:
        """Return the module or the command of manage.py that Python was started with."""
        return [word for word in self.command if word not in {"-m", "manage.py"}][1]


def start(
    command: list[str],
    output: int | None = None,
    *,
    restarts: bool = False,
    pass_fds: Iterable[int] = (),
) -> Program:
    """Start a program; with `restarts`, `watch` starts it again whenever it ends."""
    return Program(command, output, restarts=restarts, pass_fds=pass_fds)


def run(command: list[str], *, pass_fds: Iterable[int] = ()) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it said on stderr.

    A signal to stop ends the command first.
    """
    with TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, stderr=said, pass_fds=tuple(pass_fds), start_new_session=True
        )
        try:
            while process.poll() is None and not _is_asked():
                time.sleep(LOOK_EVERY)
            stop_if_asked()
        finally:
            _end([process])
        said.seek(0)
        return process.returncode, said.read()


@contextmanager
def side_by_side() -> Iterator[list[Program]]:
    """Yield a list for started programs; end them all at the end, also after a signal."""
    programs: list[Program] = []
    try:
        yield programs
    finally:
        _say("\nStopping.")
        _end([program.process for program in programs])


def first_ended(programs: list[Program]) -> str:
    """Return which program ended for good and how, such as "worker was killed by SIGKILL"."""
    ended = (each.how_it_ended() for each in programs if not each.restarts)
    return next(filter(None, ended), "")


def watch(programs: list[Program]) -> None:
    """Wait for a signal; restart what `restarts`. Exits with a sentence if another one ends."""
    while not (ended := first_ended(programs)):
        stop_if_asked()
        for program in programs:
            if program.restarts:
                program.keep_running()
        time.sleep(LOOK_EVERY)
    sys.exit(f"A part of the site has ended unexpectedly: {ended}. See above for what went wrong.")


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def _say(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(text, flush=True)


def _end(processes: list["subprocess.Popen[bytes]"]) -> None:
    """Terminate processes; after SECONDS_TO_END kill them, and what they have started."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + SECONDS_TO_END
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
