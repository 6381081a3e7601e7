"""Migrations that the code of the last release survives, so that upgrades need no stop."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

# These came before the rule: 0.9.0 has to be stopped for 0.10.0 (README.md)
LAST_BEFORE_THE_RULE = {"accounts": 17, "asana_tasks": 12}
# What the linter reads is the SQL of PostgreSQL: SQLite's copies whole tables
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="lints PostgreSQL's SQL"),
]


def breaks_old_code(app: str, name: str) -> bool:
    """Tell whether a migration would break code that knows nothing of it; print why."""
    linter = MigrationLinter(no_cache=True)
    linter.lint_migration(MigrationLoader(connection).get_migration(app, name))
    return bool(linter.has_errors)


def since_the_rule() -> list[tuple[str, str]]:
    return [
        (app, name)
        for app, name in sorted(MigrationLoader(None).disk_migrations)
        if app in LAST_BEFORE_THE_RULE and int(name[:4]) > LAST_BEFORE_THE_RULE[app]
    ]


def test_old_code_survives_each_migration_since_the_rule():
    assert [each for each in since_the_rule() if breaks_old_code(*each)] == []


@pytest.mark.parametrize(
    ("app", "name", "breaks"),
    [
        ("asana_tasks", "0006_crawls_and_deltas", True),  # removes columns, adds NOT NULL ones
        ("accounts", "0010_actor_name", True),  # adds one without a default in the database
        ("asana_tasks", "0008_claimed_until", False),  # adds one that takes NULL
    ],
)
def test_the_linter_tells_them_apart(app, name, breaks):
    assert breaks_old_code(app, name) is breaks
