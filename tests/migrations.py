"""Migrating a test's database back and forth."""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(targets: list[tuple[str, str]]) -> Any:
    """Migrate to these targets; return the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def migrate_to_now() -> Any:
    return migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
