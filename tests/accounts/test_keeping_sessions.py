"""The update to a table of sessions that says whose they are."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.sessions.backends.signed_cookies import SessionStore as AnyStore
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone
from qsessions.models import Session

OLD_SALT = "django.contrib.sessions.SessionStore"  # as django.contrib.sessions.backends.db signs
migration = import_module("accounts.migrations.0003_keep_sessions")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old_table():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY,"
            f" session_data text NOT NULL, expire_date {connection.data_types['DateTimeField']})"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS django_session")


@pytest.fixture
def client(django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", password="root"))
    return client


def old_row(key: str, data: str, days: float = 3):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session VALUES (%s, %s, %s)",
            [key, data, timezone.now() + timedelta(days=days)],
        )


def move():
    with connection.schema_editor() as editor:
        migration.move_sessions(apps, editor)


def signed(content: dict) -> str:
    return signing.dumps(content, salt=OLD_SALT, serializer=AnyStore().serializer, compress=True)


def test_who_is_signed_in_stays_signed_in(client, old_table):
    session = Session.objects.get()
    old_row(session.pk, session.session_data)
    Session.objects.all().delete()
    assert client.get("/accounts/").status_code == 302
    client.cookies["onelist"] = session.pk
    move()
    assert client.get("/accounts/").status_code == 200
    moved = Session.objects.get()
    assert moved.user_id == session.user_id
    assert moved.created_at is None
    assert "django_session" not in connection.introspection.table_names()


def test_what_opens_nothing_is_left_behind(client, old_table, django_user_model):
    Session.objects.all().delete()
    gone = django_user_model.objects.order_by("pk").last().pk + 1
    old_row("expired", signed({"a": 1}), days=-1)
    old_row("forged", "rubbish:rubbish:rubbish")
    old_row("of-nobody", signed({"_auth_user_id": str(gone)}))
    old_row("anonymous", signed({"asana_state": "on the way"}))
    move()
    (session,) = Session.objects.all()
    assert (session.pk, session.user) == ("anonymous", None)
    assert session.get_decoded() == {"asana_state": "on the way"}


def test_a_new_installation_has_nothing_to_move(client):
    before = list(Session.objects.values())
    move()
    assert list(Session.objects.values()) == before
