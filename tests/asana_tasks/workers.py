"""Workers in processes of their own, which use the test's database and the stand-in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self

from django.db import connection
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import Pass, SyncState
from tests.accounts.parallel import environment
from tests.stand_in import ROOT, StandIn

LONGEST = 150.0  # seconds for which a test waits for something: a lost job comes again after 60
PAGES = "/api/1.0/tasks"


class Program:
    """A program that is killed at the end of a test, if it hasn't ended."""

    command: tuple[str, ...] = ("manage.py", "worker")

    def __init__(self, *args: str, **environ: str) -> None:
        # A file: a pipe that nobody reads stops who fills it.
        self.output = NamedTemporaryFile("r")  # noqa: SIM115  (closed by __exit__)
        with Path(self.output.name).open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.command, *args],
                cwd=ROOT,
                env=environment(**environ),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.kill()
        self.output.close()

    def send(self, name: str) -> None:
        self.process.send_signal(getattr(signal, name))

    def kill(self) -> None:
        """Kill it and its children, as the kernel does when memory runs out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        sys.stdout.write(self.ended()[1])  # for whoever reads why a test failed

    def said(self) -> str:
        return Path(self.output.name).read_text()

    def ended(self) -> tuple[int, str]:
        """Return its exit code and what it has said, once it has ended."""
        return self.process.wait(timeout=LONGEST), self.said()

    def stopped(self, name: str = "SIGTERM") -> tuple[int, str]:
        self.send(name)
        return self.ended()


def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < deadline, "It never happens"
        time.sleep(0.02)


def make_due(*accounts: AsanaAccount) -> None:
    """Make accounts due now, as a page that is opened does."""
    now = timezone.now()
    for account in accounts:
        due = {"due_at": now, "looked_at": now}
        SyncState.objects.update_or_create(account=account, defaults=due)


def state_of(account: AsanaAccount) -> Any:
    return SyncState.objects.get(account=account)


def is_synced(account: AsanaAccount) -> bool:
    state = state_of(account)
    return state.synced_at is not None and not state.lease


def in_the_middle(account: AsanaAccount) -> Pass:
    """Return the pass over the account's workspace once it has stored five pages."""
    unfinished = Pass.objects.filter(workspace__account=account, pages__gte=5)
    until(unfinished.exists)
    return unfinished.get()


def as_if_time_had_passed(account: AsanaAccount) -> None:
    """End lease and claim, as they end when a process is dead or stopped for long."""
    before = timezone.now() - timedelta(seconds=1)
    SyncState.objects.filter(pk=account.pk).update(lease_expires_at=before, due_at=before)


def pages_asked(asana: StandIn) -> list[str | None]:
    """Return the offsets of the pages of tasks that were asked for, None for a first page."""
    return [each["query"].get("offset") for each in asana.requests(PAGES)]


def is_postgres() -> bool:
    return connection.vendor == "postgresql"
