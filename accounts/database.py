"""Reasons for errors of our own database."""

from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor


def pending_migrations() -> list[Any]:
    """Return the plan of `manage.py migrate`. Raises django.db.Error."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


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
