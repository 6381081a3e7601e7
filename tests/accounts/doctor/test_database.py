from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts import cleanup
from accounts.doctor import database
from accounts.models import AuditEntry, Revocation
from tests.accounts.doctor.findings import OK, PROBLEM, WARNING, is_found


def test_a_database_that_answers(db):
    is_found(database.reachable, OK, "answers")
    is_found(database.migrations, OK, "none wait")


def test_sqlite_is_not_for_many(db, settings):
    settings.IS_LOCAL = False
    state = WARNING if connection.vendor == "sqlite" else OK
    is_found(database.reachable, state, "answers")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such connections")
def test_postgresql_has_to_have_connections_for_all_processes(db, settings):
    is_found(database.connections, OK, "2 processes of the site may take 40")
    settings.WEB_CONCURRENCY = 1000
    is_found(database.connections, WARNING, "DATABASE_CONNECTIONS to 4")


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_waits():
    call_command("migrate", "asana_tasks", "0001", verbosity=0)
    try:
        is_found(database.migrations, PROBLEM, "manage.py migrate")
    finally:
        call_command("migrate", verbosity=0)  # other apps' migrations went back with it


@pytest.mark.parametrize(
    ("hours", "state", "words"),
    [
        (None, WARNING, "manage.py worker"),
        (1, OK, "1 hour ago"),
        (47, OK, "ago"),
        (49, PROBLEM, "manage.py worker"),
    ],
)
def test_the_age_of_the_last_clean_up(db, hours, state, words):
    if hours is not None:
        cleanup.clean_up()
        AuditEntry.objects.update(at=timezone.now() - timedelta(hours=hours))
    is_found(database.clean_up_age, state, words)


@pytest.mark.parametrize(("minutes", "state"), [(0, OK), (10, OK), (20, PROBLEM)])
def test_whether_anybody_keeps_house(db, minutes, state):
    Revocation.objects.create(next_attempt_at=timezone.now() - timedelta(minutes=minutes))
    is_found(database.chores, state, "1 is long due" if state == PROBLEM else "nothing")
    is_found(database.revocations, WARNING, "1 waits for Asana")
    Revocation.objects.create(next_attempt_at=timezone.now() - timedelta(minutes=minutes))
    is_found(database.chores, state, "2 are long due" if state == PROBLEM else "nothing")
    is_found(database.revocations, WARNING, "2 wait for Asana")


def test_no_revocation_waits(db):
    is_found(database.revocations, OK, "none")
