from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from qsessions.models import Session

from accounts.models import AsanaAccount
from accounts.session_store import SessionStore
from tests.accounts.parallel import second_connection
from tests.accounts.sign_ins import sign_in

PAGE = "/accounts/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def client(op) -> Client:
    client = Client()
    sign_in(op, client).is_signed_in()
    client.get(PAGE)
    return client


def later(**time: float):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def writes(queries: CaptureQueriesContext) -> list[str]:
    asked = [query["sql"] for query in queries if "qsessions_session" in query["sql"]]
    return [sql for sql in asked if not sql.startswith("SELECT")]


def test_a_session_says_whose_it_is_and_from_where(client, django_user_model):
    client.get(PAGE, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    session = Session.objects.get()
    assert session.user == django_user_model.objects.get()
    assert (session.ip, session.user_agent) == ("192.0.2.7", FIREFOX)
    assert session.created_at <= session.updated_at


def test_the_last_use_is_noted_every_five_minutes_without_touching_anything_else(client):
    before = Session.objects.get()
    with later(minutes=4):
        client.get(PAGE)
    assert Session.objects.get().updated_at == before.updated_at
    with later(minutes=6), CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert Session.objects.get().updated_at > before.updated_at
    (written,) = writes(queries)
    assert "session_data" not in written


def test_another_address_or_browser_is_noted_at_once_and_once(client):
    for extra in ({"REMOTE_ADDR": "192.0.2.7"}, {"headers": {"User-Agent": FIREFOX}}):
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE, **extra)
        assert len(writes(queries)) == 1
        assert "session_data" not in writes(queries)[0]
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE, **extra)
        assert writes(queries) == []


def test_a_request_from_elsewhere_does_not_undo_what_another_wrote(client):
    """Two at once from a phone that changes networks: the second began before the first wrote."""
    key = client.cookies["onelist"].value
    slower = SessionStore(key, user_agent=FIREFOX, ip="192.0.2.7")
    assert "written" not in slower
    faster = SessionStore(key, user_agent="", ip="127.0.0.1")
    faster["written"] = "by the faster"
    faster.save()
    assert not slower.modified
    slower.note_use()
    assert SessionStore(key)["written"] == "by the faster"
    assert Session.objects.get().ip == "192.0.2.7"


@pytest.mark.django_db(transaction=True)
def test_where_somebody_holds_the_database_for_long_the_page_comes_all_the_same(client):
    with second_connection() as other:
        other.hold(AsanaAccount.objects.get())
        assert client.get(PAGE, headers={"User-Agent": FIREFOX}).status_code == 200


def test_a_session_opened_by_its_key_alone_keeps_where_it_is_used(client):
    client.get(PAGE, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    session = SessionStore(client.cookies["onelist"].value)
    session["report"] = "for the next page"
    session.save()
    row = Session.objects.get()
    assert (row.ip, row.user_agent) == ("192.0.2.7", FIREFOX)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::4711", "2001:db8::4711"),
        (":4711", None),
        ("x" * 5000, None),
    ],
)
def test_behind_a_proxy_the_address_is_what_the_proxy_saw(client, settings, forwarded, address):
    settings.TRUSTED_PROXIES = 1
    client.get(PAGE, headers={"X-Forwarded-For": forwarded})
    assert Session.objects.get().ip == address


def test_nobody_writes_their_own_address(client):
    client.get(PAGE, headers={"X-Forwarded-For": "6.6.6.6"})
    assert Session.objects.get().ip == "127.0.0.1"


@pytest.mark.parametrize(
    "browser", ["", "x" * 5000, "a\tb", "<script>alert(1)</script>", "ž" * 400]
)
def test_a_browser_may_call_itself_anything(client, browser):
    assert client.get(PAGE, headers={"User-Agent": browser}).status_code == 200
    kept = Session.objects.get().user_agent
    assert len(kept) <= 300
    assert kept.isprintable()


def test_what_it_is_from_stands_in_no_sessions_data(client):
    client.get(PAGE, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    assert not [name for name in Session.objects.get().get_decoded() if "qsessions" in name]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_session_that_ends_while_we_are_at_work_is_no_error(client, monkeypatch, headers):
    def end_it_first(self, **kwargs):
        Session.objects.all().delete()
        return []

    monkeypatch.setattr("accounts.models.AsanaAccount.initials", property(end_it_first))
    with later(days=2):  # when the session's data is written anew
        response = client.get(PAGE, headers=headers)
    assert response.headers.get("HX-Redirect" if headers else "Location") == "/login/"
    assert client.get(PAGE)["Location"].startswith("/login/")
    assert not Session.objects.exists()


def test_signing_in_makes_a_new_session(op):
    client = Client()
    client.post("/login/asana/")
    before = client.cookies["onelist"].value
    sign_in(op, client).is_signed_in()
    assert client.cookies["onelist"].value != before
    assert Session.objects.get().pk != before


def test_an_administrators_deletion_page_names_no_session_key(administrator, django_user_model):
    user = django_user_model.objects.create_user("eve")
    Client().force_login(user)
    session = Session.objects.get(user=user)
    page = administrator.get(f"/admin/accounts/user/{user.pk}/delete/").content.decode()
    assert "eve" in page
    assert session.pk not in page


def test_no_administrator_sees_sessions(administrator):
    assert administrator.get("/admin/qsessions/session/").status_code == 404
