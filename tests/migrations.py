"""Migrating a test's database back and forth."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Targets = list[tuple[str, str]]
# SQLite databases without rows, and their models, by their targets; those of now have none.
_kept: dict[str, tuple[sqlite3.Connection, Any]] = {}
NOW: Targets = []


def migrate(targets: Targets) -> Any:
    """Migrate to these targets; return the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def migrate_to_now() -> Any:
    return migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


@contextmanager
def empty_database_at(targets: Targets) -> Iterator[Any]:
    """Yield the models of a database without rows at these targets; return to now at the end.

    That takes SQLite seconds: it goes there once, and then puts a copy in place.
    """
    if connection.vendor != "sqlite":
        yield migrate(targets)
        migrate_to_now()
        return
    _keep(NOW, None)
    if str(targets) not in _kept:
        _keep(targets, migrate(targets))
    _put_in_place(targets)
    yield _kept[str(targets)][1]
    _put_in_place(NOW)


def _keep(targets: Targets, models: Any) -> None:
    if str(targets) not in _kept:
        connection.ensure_connection()
        copy = sqlite3.connect(":memory:")
        connection.connection.backup(copy)
        _kept[str(targets)] = copy, models


def _put_in_place(targets: Targets) -> None:
    connection.ensure_connection()
    _kept[str(targets)][0].backup(connection.connection)
