"""Outages of the database: down, locked by another writer, full."""

import logging
import sqlite3
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import timezone
from qsessions.models import Session

from accounts import outage
from accounts.models import User
from accounts.outage import is_outage
from accounts.session_store import SessionStore
from tests.accounts.parallel import second_connection
from tests.outages import down, full
from tests.people import log_in

READ = ["/tasks/", "/accounts/", "/tasks/calendar/"]
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'")


@pytest.fixture
def user(db, django_user_model) -> User:
    return django_user_model.objects.create_user("ada")


@pytest.fixture
def client(user) -> Client:
    client = log_in(user)
    client.raise_request_exception = False
    client.get("/accounts/")
    return client


def later(**time: float):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def lines(caplog) -> list[logging.LogRecord]:
    return [each for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "path", [*READ, "/", "/accounts/sessions/", "/accounts/history/", "/admin/"]
)
def test_while_it_is_down_every_page_says_so_and_the_log_one_line(client, caplog, path):
    with down():
        response = client.get(path)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]
    assert "can't reach its data" in response.content.decode()
    (record,) = lines(caplog)
    assert not record.exc_info
    said = logging.Formatter().format(record)
    assert said == (
        f'Service Unavailable: {path} (connection to server at "db", port 5432 failed:)'
    )


def test_it_recovers_by_itself(client):
    with down():
        assert client.get("/accounts/").status_code == 503
    assert client.get("/accounts/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [down, full])
def test_what_cannot_be_stored_is_no_sign_out(client, how):
    with how():
        response = client.post("/logout/")
        assert response.status_code == 503
        assert not response.cookies
    assert client.get("/accounts/").status_code == 200


@pytest.mark.django_db(transaction=True)
@sqlite_only
def test_reading_goes_on_while_somebody_else_writes(client):
    with second_connection() as other:
        other.hold(None)
        with later(days=2):
            response = client.get("/accounts/", headers={"User-Agent": "new"})
        assert response.status_code == 200
        assert client.post("/logout/").status_code == 503
    patience = connection.settings_dict["OPTIONS"]["timeout"] * 1000
    ((kept,),) = connection.cursor().execute("PRAGMA busy_timeout").fetchall()
    assert kept == patience
    with later(days=2):
        client.get("/accounts/", headers={"User-Agent": "new"})
    assert Session.objects.get().user_agent == "new"


@pytest.mark.django_db(transaction=True)
@sqlite_only
def test_a_database_that_may_not_grow_is_full(client):
    """SQLite itself says it, for the page that writes and the page that is read."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that other tests have freed would do
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            store = SessionStore(client.cookies["onelist"].value)
            store["much"] = [sha256(b"%d" % each).hexdigest() for each in range(20_000)]
            with pytest.raises(OperationalError, match="full") as caught:
                store.save()
            assert is_outage(caught.value)
            assert client.get("/accounts/").status_code == 200
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such connections")
def test_a_pool_without_a_free_connection_is_an_outage(db):
    small: Any = connection.copy("small")
    pool = small.settings_dict["OPTIONS"]["pool"] | {"max_size": 1}
    small.settings_dict["OPTIONS"] = small.settings_dict["OPTIONS"] | {"pool": pool}
    small.ensure_connection()
    other = small.copy()
    with pytest.raises(OperationalError, match="couldn't get a connection") as caught:
        other.ensure_connection()
    assert is_outage(caught.value)
    small.close()
    other.ensure_connection()
    other.close()
    small.close_pool()


def with_cause(error: Exception, **cause: object) -> Exception:
    error.__cause__ = type("Cause", (Exception,), cause)()
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("down"), True),
        (InterfaceError("connection already closed"), True),
        (with_cause(OperationalError(), sqlite_errorcode=sqlite3.SQLITE_FULL), True),
        (with_cause(OperationalError(), sqlite_errorcode=sqlite3.SQLITE_ERROR), False),
        (KeyError("x"), False),
        (None, False),
    ],
)
def test_an_outage_is_no_error_of_ours(error, expected):
    assert is_outage(error) is expected


def test_an_error_of_ours_stays_a_500_with_its_traceback(client, caplog):
    def refuse(*_args):
        raise ZeroDivisionError

    with connection.execute_wrapper(refuse):
        response = client.get("/accounts/")
    assert response.status_code == 500
    assert any(record.exc_info for record in lines(caplog))


def test_the_reason_is_one_line_of_the_log():
    assert outage.reason(OperationalError("a\x1bb\nforged")) == "a b"
