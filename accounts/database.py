"""Why our own database does not do what it should."""

from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor


def pending_migrations() -> list[Any]:
    """Return the plan of what `manage.py migrate` would do. Raises django.db.Error."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def database_trouble() -> str:
    """Say why a command that needs the database has failed, without a full stop.

    A missing table or column is told in other words by each kind of database, and by none as what
    it is: so we look whether a migration has to be made.
    """
    try:
        pending = pending_migrations()
    except Error:
        pending = []
    if pending:
        return "The database waits for a migration: run `manage.py migrate`"
    return "The database isn't answering"
