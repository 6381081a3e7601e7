"""Sync now says that a sync is wanted, and waits for nothing."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState
from asana_tasks.sync.lease import Lease
from tests.outages import down

SCRIPT = {"accept": "application/json"}
PATH = "/tasks/sync/"


def is_due(account: AsanaAccount) -> bool:
    due_at = SyncState.objects.of(account).due_at
    return due_at is not None and due_at <= timezone.now()


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_form_makes_the_accounts_due_and_comes_back(owner):
    response = owner.post(PATH, {"next": "/workspaces/"})
    assert (response.status_code, response["Location"]) == (302, "/workspaces/")
    assert said(response) == ["Sync requested."]
    assert is_due(owner.account)


def test_a_script_gets_202_and_nothing_to_read(owner):
    response = owner.post(PATH, headers=SCRIPT)
    assert (response.status_code, response.content) == (202, b"")
    assert response["Vary"].startswith("Accept")
    assert said(response) == []
    assert is_due(owner.account)


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "*/*", "x", ""])
def test_whoever_does_not_ask_for_json_gets_a_page(owner, accept):
    assert owner.post(PATH, headers={"accept": accept}).status_code == 302


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_it_asks_asana_nothing_and_syncs_nothing(owner, asana, headers):
    asana.order("drop")
    before = len(asana.requests())
    assert owner.post(PATH, headers=headers).status_code in {202, 302}
    assert len(asana.requests()) == before
    assert SyncState.objects.of(owner.account).synced_at is None


def test_it_answers_while_a_sync_is_under_way(owner):
    assert Lease.claim(owner.account)
    assert owner.post(PATH, headers=SCRIPT).status_code == 202


def test_a_pause_of_asana_is_kept(owner):
    until = timezone.now() + timedelta(hours=1)
    SyncState.objects.create(account=owner.account, paused_until=until)
    owner.post(PATH, headers=SCRIPT)
    assert SyncState.objects.of(owner.account).due_at == until


def test_an_account_that_backs_off_is_tried_at_once(owner):
    later = timezone.now() + timedelta(minutes=15)
    SyncState.objects.create(account=owner.account, failures=9, due_at=later)
    owner.post(PATH)
    assert is_due(owner.account)


def test_an_outage_of_the_database_is_a_503(owner):
    owner.client.raise_request_exception = False
    with down():
        assert owner.post(PATH, headers=SCRIPT).status_code == 503


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_it_is_refused_without_its_csrf_token(owner, headers):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.client.cookies
    assert strict.post(PATH, headers=headers).status_code == 403
    assert not SyncState.objects.exists()


def test_it_never_happens_by_opening_an_address(owner):
    assert owner.get(PATH).status_code == 405
    assert not SyncState.objects.exists()


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "x"],
)
def test_it_never_leads_off_the_site(owner, elsewhere):
    assert owner.post(PATH, {"next": elsewhere})["Location"] == "/tasks/"


def test_another_user_makes_only_their_own_due(owner, other_user):
    other_user.post(PATH, headers=SCRIPT)
    assert is_due(other_user.account)
    assert not is_due(owner.account)


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (SCRIPT, 202)])
def test_an_administrator_has_nothing_to_sync(owner, administrator, headers, status):
    response = administrator.post(PATH, headers=headers)
    assert response.status_code == status
    assert said(response) == []
    assert not SyncState.objects.exists()


def test_nobody_is_sent_to_sign_in_and_not_back_to_here(nobody, db):
    response = nobody.post(PATH)
    assert (response.status_code, response["Location"]) == (302, "/login/")


def test_a_script_without_a_session_gets_401(nobody, db):
    assert nobody.post(PATH, headers=SCRIPT).status_code == 401


def test_the_old_address_is_gone(owner):
    assert owner.post("/tasks/refresh/").status_code == 404
