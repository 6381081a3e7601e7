"""Processes and connections that use the test's database at the same time as the test."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from django.db import connection

from accounts.models import AsanaAccount
from tests.stand_in import ROOT

MOST_SECONDS = 15  # for which a row is held: a wait without a limit then fails, not hangs


def environment(**others: str) -> dict[str, str]:
    """Return the environment for a process that uses this test's database."""
    return {**os.environ, "DATABASE_URL": _database_url(), **others}


def _database_url() -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    about = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
    where = f"{about['HOST']}:{about['PORT'] or 5432}"
    return f"postgres://{about['USER']}:{about['PASSWORD']}@{where}/{about['NAME']}"


def fails(*command: str, **environ: str) -> str:
    """Run a management command that must exit with 1, without a traceback; return its output."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment(**environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def unmigrated(tmp_path: Path) -> str:
    """Return the URL of a database that can be reached but has no tables."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{tmp_path / 'unmigrated.sqlite3'}"
    return _database_url() + "?options=-c%20search_path%3Dnowhere"


class Processes:
    """`count` processes that run `tests.accounts.refreshing`, with `threads` threads each."""

    def __init__(self, count: int, threads: int, account: AsanaAccount) -> None:
        command = [sys.executable, "-m", "tests.accounts.refreshing"]
        self._all = [
            subprocess.Popen(
                [*command, str(account.pk), str(threads)],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]

    def __enter__(self) -> Self:
        assert {self._line(each) for each in self._all} == {"ready"}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self._all:
            each.communicate(timeout=30)

    def ask(self, rejected: str = "") -> list[str]:
        """Let all threads ask for a token at the same time; return their results."""
        for each in self._all:
            assert each.stdin
            each.stdin.write(rejected + "\n")
            each.stdin.flush()
        return [result for each in self._all for result in json.loads(self._line(each))]

    @staticmethod
    def _line(process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline().strip()


class Other:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def hold(self, account: AsanaAccount) -> None:
        """Lock the account's row, or with SQLite the whole database."""
        if connection.vendor == "sqlite":
            self._cursor.execute("BEGIN IMMEDIATE")
        else:
            self._cursor.execute(
                "SELECT 1 FROM accounts_asanaaccount WHERE id = %s FOR UPDATE", [account.pk]
            )


@contextmanager
def second_connection() -> Iterator[Other]:
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        raw: Any = sqlite3.connect(name, uri=True, isolation_level=None)
        connection.cursor().execute("PRAGMA busy_timeout = 200")
    else:
        raw = connection.copy().get_new_connection(connection.get_connection_params())
        raw.execute(f"SET idle_in_transaction_session_timeout = '{MOST_SECONDS}s'")
        raw.commit()
        raw.autocommit = False
    try:
        yield Other(raw.cursor())
    finally:
        raw.rollback()
        raw.close()
        if connection.vendor == "sqlite":
            patience = connection.settings_dict["OPTIONS"]["timeout"] * 1000
            connection.cursor().execute(f"PRAGMA busy_timeout = {patience}")
