"""Reasons for errors of our own database, and how long to wait for its lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

BRIEFLY: Final = 200  # milliseconds


@contextmanager
def brief_wait(milliseconds: int = BRIEFLY) -> Iterator[None]:
    """Wait for SQLite's lock a moment only, for a write that can be left out or must not be late.

    PostgreSQL needs no such thing: there a writer doesn't lock out the others.
    """
    raw = connection.connection if connection.vendor == "sqlite" else None
    if raw is None:
        yield
        return
    (usual,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute(f"PRAGMA busy_timeout = {min(milliseconds, usual)}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {usual}")


def pending_migrations() -> list[Any]:
    """Return the plan of `manage.py migrate`. Raises django.db.Error."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def sqlite_file() -> str:
    """Return the path of our SQLite database, '' if it is another one or in memory."""
    name = str(connection.settings_dict["NAME"])
    return name if connection.vendor == "sqlite" and name != ":memory:" else ""


def where() -> str:
    """Say which database is meant, without its password."""
    about = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"SQLite at {about['NAME']}"
    return f"PostgreSQL at {about['HOST'] or 'a local socket'}:{about['PORT'] or 5432}"


def database_trouble() -> str:
    """Say why a command that needs the database has failed, without a full stop.

    Each kind of database reports a missing table or column differently, so we look for migrations
    that have not been run.
    """
    try:
        pending = pending_migrations()
    except Error:
        pending = []
    if pending:
        return "The database waits for a migration: run `manage.py migrate`"
    return "The database isn't answering"
