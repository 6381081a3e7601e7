"""The SQLite database that is moved: opened read-only, and in use by nobody else."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.db import DEFAULT_DB_ALIAS, Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from accounts.database_move.refusals import CannotMove, RefusedRows
from accounts.database_move.tables import WITHOUT_MODEL, Table
from accounts.outage import reason

HEADER: Final = b"SQLite format 3\0"
# Where every open connection of the WAL mode holds a shared lock (SQLite's os.h, SHARED_FIRST)
LOCKED_AT, LOCKED_BYTES = 0x40000002, 510


class Source:
    """A snapshot of a SQLite database of the site."""

    def __init__(self, path: Path, connection: BaseDatabaseWrapper) -> None:
        self.path, self.connection = path, connection
        self._version: int = self.one("PRAGMA data_version")[0]
        self.all("BEGIN")

    def all(self, statement: str, *args: Any) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            return list(cursor.execute(statement, args).fetchall())

    def one(self, statement: str, *args: Any) -> tuple[Any, ...]:
        return self.all(statement, *args)[0]

    def tables(self) -> set[str]:
        return {name for (name,) in self.all("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def migrations(self) -> set[tuple[str, str]]:
        """Return the migrations that have been run. Raises CannotMove without any."""
        if "django_migrations" not in self.tables():
            raise CannotMove(f"{self.path} is no database of Onelist.")
        return {(app, name) for app, name in self.all("SELECT app, name FROM django_migrations")}

    def unknown_tables(self, known: list[Table]) -> list[str]:
        return sorted(self.tables() - {table.name for table in known} - WITHOUT_MODEL)

    def last_keys(self) -> dict[str, int]:
        """Return the highest key that was ever given, by table: none is given twice."""
        return dict(self.all("SELECT name, seq FROM sqlite_sequence"))

    def note_orphans(self, tables: list[Table], refused: RefusedRows) -> None:
        """Note rows that refer to a row that is not there."""
        keys = {table.name: table.key for table in tables}
        quoted = self.connection.ops.quote_name
        for table, rowid, parent, _ in self.all("PRAGMA foreign_key_check"):
            if table not in keys:
                continue
            select = f"SELECT {quoted(keys[table])} FROM {quoted(table)} WHERE rowid = %s"  # noqa: S608 - names of our own models
            refused.add(table, self.one(select, rowid)[0], f"its row of {parent} is missing")

    def refuse_if_written(self) -> None:
        """Raise CannotMove if somebody has written since the snapshot was taken."""
        self.all("ROLLBACK")
        if self.one("PRAGMA data_version")[0] != self._version:
            raise CannotMove(
                f"Nothing was written: {self.path} was changed meanwhile. Stop the site, its "
                "workers and cron jobs, and move it again."
            )


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a database read-only. Raises CannotMove if it is none, or in use."""
    _refuse_other_files(path)
    _refuse_if_open(path)
    connection = ConnectionHandler(
        {
            DEFAULT_DB_ALIAS: {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"file:{quote(str(path.resolve()))}?mode=ro",
                "OPTIONS": {"detect_types": 0},  # what is no date is read as it is
            }
        }
    )[DEFAULT_DB_ALIAS]
    try:
        connection.ensure_connection()
        connection.connection.text_factory = _text
        yield Source(path, connection)
    except Error as error:
        if not isinstance(error.__cause__, sqlite3.Error):  # PostgreSQL's
            raise
        raise CannotMove(f"Nothing was written: {path} can't be read: {reason(error)}.") from error
    finally:
        connection.close()


def _text(raw: bytes) -> str:
    """Decode a text; what is no UTF-8 becomes surrogates, which PostgreSQL refuses."""
    return raw.decode(errors="surrogateescape")


def _refuse_other_files(path: Path) -> None:
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(HEADER)) == HEADER
    except OSError as error:
        raise CannotMove(f"{path} can't be read: {error.strerror}.") from error
    if not is_sqlite:
        raise CannotMove(f"{path} is no SQLite database.")


def _refuse_if_open(path: Path) -> None:
    """Raise CannotMove if another process has the database open, as far as its locks tell."""
    try:
        file = path.open("rb+")  # a lock needs it; nothing is written
    except OSError:
        return
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCKED_BYTES, LOCKED_AT)
        except OSError as error:
            raise CannotMove(
                f"{path} is in use by another process: stop the site, its workers and cron jobs, "
                "and move it again."
            ) from error
