"""After all kinds of use, no secret can be read anywhere but where it belongs.

A code that has been exchanged is of no use (and PKCE binds it to the session), so a developer's
own DEBUG page may show the address that it stood in; a token or the client secret it may not.
"""

import base64
import io
import json
import logging
import re
import sqlite3
from datetime import timedelta
from threading import Event
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from qsessions.models import Session

from accounts import tokens
from accounts.models import AsanaAccount
from asana_tasks.sync import engine, turns
from tests.people import Person, authorize_url, path_of
from tests.stand_in import ADA, BEN, CLEO, StandIn


class Secrets:
    """The secrets that were issued, with their kinds; the fixtures below add them."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {StandIn.client_secret: "client secret"}

    def learn(self, kind: str, secret: str | None) -> None:
        if secret:
            self.known[secret] = kind

    def kinds(self) -> set[str]:
        return set(self.known.values())

    def readable_in(self, text: str) -> set[str]:
        """Return the kinds of the secrets in `text`: plain, URL-quoted or in base64."""
        return {
            kind
            for secret, kind in self.known.items()
            if secret in text or quote(secret, safe="") in text or _base64(secret) in text
        }


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode().rstrip("=")[:-2]


@pytest.fixture
def secrets(monkeypatch) -> Secrets:
    secrets = Secrets()
    store = tokens.store

    def learning_store(account, response):
        for kind in ("access_token", "refresh_token", "id_token"):
            secrets.learn(kind, response.get(kind))
        store(account, response)

    for where in ("accounts.tokens.store", "accounts.tokens.refresh.store"):
        monkeypatch.setattr(where, learning_store)
    return secrets


@pytest.fixture
def log(caplog):
    """Yield a function that returns all log records at DEBUG, including SQL."""
    loggers = [logging.getLogger(name) for name in ("", *logging.Logger.manager.loggerDict)]
    levels = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    caplog.handler.setLevel(logging.DEBUG)
    connection.force_debug_cursor = True
    yield lambda: "\n".join(
        caplog.handler.format(record) + repr(record.args) for record in caplog.records
    )
    connection.force_debug_cursor = False
    for logger, level in levels:
        logger.setLevel(level)


def sign_in(asana, secrets, person: str, client: Client, path: str = "/login/asana/"):
    url = authorize_url(client, path)
    for value in client.session.values():
        if isinstance(value, dict):
            secrets.learn("code_verifier", value.get("code_verifier"))
    link = path_of(asana.allow(url, person))
    secrets.learn("code", parse_qs(urlsplit(link).query)["code"][0])
    return client.get(link), link


@pytest.fixture
def busy_site(db, asana, secrets, log) -> Client:
    """Sign in, connect, sync, refresh, break and repair accounts; return Ada's browser."""
    ada = Client()
    _, link = sign_in(asana, secrets, ADA, ada)
    assert ada.get(link)["Location"] == "/tasks/"  # the same link a second time
    sign_in(asana, secrets, BEN, ada, "/accounts/connect/")
    sign_in(asana, secrets, CLEO, ada)  # not connected: refused
    asana.order("rotate_refresh_tokens")
    for account in AsanaAccount.objects.all():
        assert engine.run_sync(account).state == "done"
        tokens.access_token_for(account, rejected=tokens.access_token_for(account))
    asana.expire_tokens()  # found out in the middle of a sync
    assert engine.run_sync(AsanaAccount.objects.get(gid=ADA)).state == "done"
    expired = timezone.now() - timedelta(minutes=1)
    for fault in ("server_error", "rate_limited", "not_json", "invalid_grant"):
        AsanaAccount.objects.filter(gid=BEN).update(access_token_expires_at=expired)
        asana.order(fault, path="/-/oauth_token")
        assert engine.run_sync(AsanaAccount.objects.get(gid=BEN)).state == "failed"
        sign_in(asana, secrets, BEN, ada, "/accounts/connect/")
        asana.heal()
    return ada


# The places where secrets could be


def rows() -> str:
    with connection.cursor() as cursor:
        text = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text.append(f"{table}: {cursor.fetchall()!r}")
    return "\n".join(text)


def raw_file() -> str:
    """Return SQLite's bytes, including free pages; with PostgreSQL, the rows."""
    if isinstance(connection.connection, sqlite3.Connection):
        return connection.connection.serialize().decode("latin-1")
    return rows()


def dump() -> str:
    out = io.StringIO()
    call_command("dumpdata", stdout=out)
    return out.getvalue()


def sessions() -> str:
    return json.dumps([session.get_decoded() for session in Session.objects.all()])


def pages(client: Client, *starts: str) -> str:
    """Fetch the start pages and all pages below them that they link to; return the HTML."""
    todo, seen = list(starts), dict.fromkeys(starts, "")
    while todo:
        path = todo.pop()
        response = client.get(path)
        if response.status_code != 200 or response.streaming:
            continue
        seen[path] = response.content.decode()
        links = set(re.findall(r'href="([^"#]+)"', seen[path]))
        below = {link for link in links if link.startswith(starts) and "logout" not in link}
        new = sorted(below - seen.keys())[:200]
        todo += new
        seen |= dict.fromkeys(new, "")
    return "\n".join(seen.values())


def urls(asana: StandIn) -> str:
    return "\n".join(f"{each['path']} {each['query']}" for each in asana.requests("/api"))


def test_no_secret_is_readable_anywhere(busy_site, asana, secrets, administrator, log):
    assert secrets.kinds() == {
        *("client secret", "access_token", "refresh_token", "id_token", "code", "code_verifier"),
    }
    assert len(secrets.known) > 20
    pages_of_admin = pages(administrator, "/admin/")
    assert "Ada Okafor" in pages_of_admin
    pages_of_ada = pages(busy_site, "/tasks/", "/workspaces/", "/accounts/")
    assert "Write the plan" in pages_of_ada
    places = {
        "rows": rows(),
        "raw file": raw_file(),
        "dump": dump(),
        "sessions": sessions(),
        "admin": pages_of_admin,
        "site": pages_of_ada,
        "URLs at Asana": urls(asana),
        "log": log(),
    }
    assert {place: secrets.readable_in(text) for place, text in places.items()} == {
        place: set() for place in places
    }


def test_the_callback_and_its_code_go_to_asana_alone(busy_site, asana, secrets):
    """Codes and verifiers travel in bodies; what is asked for in addresses is public."""
    asked = "\n".join(f"{each['path']} {each['query']}" for each in asana.requests())
    assert secrets.readable_in(asked) == set()


def test_what_was_given_back_is_gone(busy_site, asana):
    """Tokens of a grant that has ended are not kept, not even encrypted."""
    asana.revoke_grants(BEN)
    account = AsanaAccount.objects.get(gid=BEN)
    assert account.encrypted_refresh_token
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account, rejected=tokens.access_token_for(account))
    account.refresh_from_db()
    assert account.encrypted_access_token == account.encrypted_refresh_token == ""


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    "step",
    [
        "accounts.sign_in.pipeline.store_account",
        "accounts.sign_in.pipeline.find_account",
        "accounts.tokens.storage.encrypt",
        "accounts.oidc.id_tokens.check_claims",
        "accounts.backends.AsanaOpenIdConnect.user_data",
        "social_django.views.login",
    ],
)
@pytest.mark.usefixtures("db")
def test_a_crash_in_the_middle_tells_no_secret(
    asana, secrets, log, settings, debug, step, monkeypatch
):
    """The stack frames of a sign-in hold all secrets."""

    def crashes(*_args, **_kwargs):
        raise RuntimeError("something broke")

    settings.DEBUG = debug
    _learn_token_responses(monkeypatch, secrets)
    monkeypatch.setattr(step, crashes)
    client = Client(raise_request_exception=False)
    response, _ = sign_in(asana, secrets, ADA, client)
    assert response.status_code == 500
    page = response.content.decode()
    assert ("something broke" in page) == debug
    assert secrets.kinds() > {"access_token", "refresh_token", "id_token"}
    assert secrets.readable_in(page) <= ({"code"} if debug else set())
    assert "something broke" in log()
    assert secrets.readable_in(log()) <= ({"code"} if debug else set())
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("db")
def test_a_crash_while_refreshing_tells_no_secret(asana, secrets, log, settings, monkeypatch):
    settings.DEBUG = True
    sign_in(asana, secrets, ADA, Client())
    asana.expire_tokens()
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())

    def crashes(*_args, **_kwargs):
        raise RuntimeError("something broke")

    monkeypatch.setattr("accounts.backends.AsanaOpenIdConnect._check_token_response", crashes)
    assert not turns.run_turn(AsanaAccount.objects.get(), Event())
    assert "something broke" in log()
    assert secrets.readable_in(log()) == set()


def _learn_token_responses(monkeypatch, secrets) -> None:
    """Record the tokens of each token response before our back end checks it."""
    from accounts.backends import AsanaOpenIdConnect  # noqa: PLC0415

    check = AsanaOpenIdConnect._check_token_response  # noqa: SLF001

    def learning_check(self, response, **kwargs):
        for kind in ("access_token", "refresh_token", "id_token"):
            secrets.learn(kind, response.get(kind))
        check(self, response, **kwargs)

    monkeypatch.setattr(AsanaOpenIdConnect, "_check_token_response", learning_check)


# Proof that these checks find a secret


def test_a_planted_secret_is_found_wherever_it_is(owner, administrator, secrets, log):
    secrets.learn("planted", "Pl4nted/secret")
    AsanaAccount.objects.update(
        last_error="legacy", last_error_args={"text": "oops: Pl4nted/secret"}
    )
    session = owner.client.session
    session["planted"] = base64.b64encode(b"Pl4nted/secret").decode()
    session.save()
    logging.getLogger("urllib3.connectionpool").debug("GET /?token=%s", "Pl4nted%2Fsecret")
    places = [rows(), raw_file(), dump(), sessions(), pages(administrator, "/admin/"), log()]
    assert [secrets.readable_in(text) for text in places] == [{"planted"}] * len(places)
    assert secrets.readable_in(pages(owner.client, "/accounts/")) == {"planted"}


def test_the_log_holds_what_is_said_at_all(owner, log):
    """SQL and connections, at DEBUG."""
    engine.run_sync(owner.account)
    Person.get(owner, "/accounts/")
    text = log()
    assert "urllib3.connectionpool" in text or "/api/1.0/workspaces" in text
    assert "SELECT" in text
