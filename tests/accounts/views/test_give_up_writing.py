"""A narrower grant in place of the one that may change tasks; and what becomes of the wider one."""

from html import unescape

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation
from accounts.sign_in import failures, link_failures
from accounts.tokens.storage import read_token
from asana_tasks.sync import engine
from tests.accounts.events import told
from tests.accounts.provider import REVOKE
from tests.fake_asana.app import query
from tests.people import Person, authorize_url, path_of, sign_in
from tests.stand_in import ADA, BEN, StandIn

BASE = "openid email profile users:read workspaces:read tasks:read"
WIDE = f"{BASE} tasks:write"
Event = AuditEntry.Event
HERE = "192.0.2.11"  # an address that no other test has


def path(account: AsanaAccount) -> str:
    return f"/accounts/{account.pk}/give-up-writing/"


def ada() -> AsanaAccount:
    return AsanaAccount.objects.get(gid=ADA)


def refresh_token(account: AsanaAccount) -> str:
    return read_token(account, "refresh_token")


def widen(person: Person, asana: StandIn) -> None:
    link = authorize_url(person.client, f"/accounts/{person.account.pk}/permission/")
    person.get(path_of(asana.allow(link, ADA)))


def narrow(person: Person, asana: StandIn, gid: str = ADA):
    return person.get(path_of(asana.allow(authorize_url(person.client, path(ada())), gid)))


def next_page(person: Person, response) -> str:
    assert (response.status_code, response["Location"]) == (302, "/accounts/"), response.content
    return unescape(person.get("/accounts/").content.decode())


@pytest.fixture
def wide(owner, asana) -> Person:
    widen(owner, asana)
    assert ada().scope == WIDE
    return owner


# Before


def test_it_is_offered_to_who_has_given_it(wide):
    assert f'href="{path(ada())}"' in wide.get("/accounts/").content.decode()
    page = unescape(wide.get(path(ada())).content.decode())
    assert "Let Onelist only read?" in page
    assert "ada@example.com" in page


def test_who_has_not_given_it_has_nothing_to_give_up(owner, asana):
    assert path(ada()) not in owner.get("/accounts/").content.decode()
    before = len(asana.requests())
    for method in ("get", "post"):
        assert getattr(owner, method)(path(ada()))["Location"] == "/accounts/"
    assert len(asana.requests()) == before


@pytest.mark.parametrize("why", ["the app", "the grant"])
def test_with_full_permissions_it_says_why_not(wide, settings, asana, why):
    if why == "the app":
        settings.ASANA_APP_PERMISSIONS = "full"
    else:
        AsanaAccount.objects.update(scope="openid default")
    before = len(asana.requests())
    for method in ("get", "post"):
        response = getattr(wide, method)(path(ada()))
        assert response.status_code == 200
        page = response.content.decode()
        assert "Here it is all or nothing" in page
        assert "Ask the administrator of this site" in page
        assert "ASANA_APP" not in page
    assert len(asana.requests()) == before


def test_others_see_nothing_of_it(wide, other_user, administrator, nobody):
    for method in ("get", "post"):
        assert getattr(other_user.client, method)(path(ada())).status_code == 404
        assert getattr(administrator, method)(path(ada())).status_code == 404
        assert getattr(nobody, method)(path(ada()))["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_no_other_method(wide, method):
    assert getattr(wide.client, method)(path(ada())).status_code == 405


def test_it_wants_the_sites_own_form(wide):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = wide.client.cookies
    assert stranger.post(path(ada())).status_code == 403


def test_too_many_are_told(wide, settings):
    settings.SIGN_IN_RATE = "1/minute"
    assert wide.post(path(ada()), REMOTE_ADDR=HERE).status_code == 302
    assert wide.post(path(ada()), REMOTE_ADDR=HERE).status_code == 429


# The way there and back


def test_asana_is_asked_for_reading_alone(wide):
    assert query(authorize_url(wide.client, path(ada())))["scope"] == BASE


def test_the_narrower_grant_takes_the_place_of_the_wider_one(wide, asana):
    before = refresh_token(ada())
    page = next_page(wide, narrow(wide, asana))
    assert "may only read the tasks of <bdi>Ada Okafor</bdi>" in page
    assert "Asana has ended the earlier permission." in page
    assert (ada().scope, ada().status) == (BASE, "connected")
    assert refresh_token(ada()) != before
    assert not Revocation.objects.exists()
    revoked = [each["status"] for each in asana.requests("/-/oauth_revoke")]
    assert revoked == [200, 200]  # that of the sign-in before it, too
    assert told(Event.PERMISSIONS_WIDENED) == [(wide.user, "person")]
    assert told(Event.PERMISSIONS_GIVEN_UP) == [(wide.user, "person")]
    assert engine.run_sync(ada()).state == "done"


def test_it_is_the_wider_token_that_is_revoked(op, nobody):
    op.token_response["scope"] = WIDE
    nobody.get(op.allow(authorize_url(nobody)))
    wider = op.refresh_tokens[-1]
    op.token_response["scope"] = BASE
    nobody.get(op.allow(authorize_url(nobody, path(AsanaAccount.objects.get()))))
    assert op.revoked == [wider]


def test_a_later_sign_in_does_not_widen_it_again(wide, asana):
    narrow(wide, asana)
    sign_in(Client(), asana, ADA)
    sign_in(wide.client, asana, ADA)
    assert ada().scope == BASE


def test_a_later_change_of_a_task_asks_again(wide, asana):
    narrow(wide, asana)
    engine.run_sync(ada())
    task = ada().tasks.open().first()
    response = wide.post("/tasks/change/", {"task": task.pk, "do": "complete"})
    assert response["Location"] == f"/accounts/{ada().pk}/permission/"
    widen(wide, asana)
    assert ada().scope == WIDE


def test_reconnecting_does_not_bring_it_back(wide, asana):
    narrow(wide, asana)
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    asked = query(authorize_url(wide.client, f"/accounts/{ada().pk}/reconnect/"))
    assert asked["scope"] == BASE


def test_a_broken_account_is_mended_by_it(wide, asana):
    """Who opened its page before; the list of accounts offers one thing to do about it."""
    asana.revoke_grants(ADA)
    assert not tokens.grant_works(ada())
    page = wide.get("/accounts/").content.decode()
    assert f"/accounts/{ada().pk}/reconnect/" in page
    assert path(ada()) not in page
    page = next_page(wide, narrow(wide, asana))
    assert "Asana has ended the earlier permission." in page  # it knows of none any more
    assert (ada().scope, ada().status) == (BASE, "connected")
    assert told(Event.RECONNECTED) == [(wide.user, "person")]


# The wider grant is hard to get rid of


def test_with_asana_down_it_is_revoked_later(wide, asana):
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    page = next_page(wide, narrow(wide, asana))
    assert "keeps telling Asana for up to 7 days" in page
    assert "Asana hasn't ended our access yet" in page
    assert ada().scope == BASE
    asana.heal()
    assert tokens.revoke_due(Revocation.objects.all())[tokens.Outcome.REVOKED] == 2
    assert not ada().needs_reconnecting


def test_a_sign_in_meanwhile_does_not_drop_that(wide, asana):
    """The account is as it was: there is still a wider grant that was given up."""
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    narrow(wide, asana)
    asana.heal()
    sign_in(wide.client, asana, ADA)
    wide.get(path_of(asana.allow(authorize_url(wide.client, "/accounts/connect/"), ADA)))
    assert Revocation.objects.count() == 2


@pytest.mark.parametrize("when", ["at once", "later"])
def test_where_asana_ends_both_the_person_is_told(op, nobody, when):
    """The provider of these tests has one grant for all tokens, as Asana might."""
    op.token_response["scope"] = WIDE
    nobody.get(op.allow(authorize_url(nobody)))
    op.token_response["scope"] = BASE
    if when == "later":
        op.replies[REVOKE] = lambda handler: handler.respond(b"", 503)
    nobody.get(op.allow(authorize_url(nobody, path(AsanaAccount.objects.get()))))
    if when == "later":
        assert not AsanaAccount.objects.get().needs_reconnecting
        op.replies.clear()
        assert tokens.revoke(Revocation.objects.get()) == tokens.Outcome.REVOKED
    account = AsanaAccount.objects.get()
    assert account.needs_reconnecting
    page = unescape(nobody.get("/accounts/").content.decode())
    assert "Asana ended this access together with the wider one you gave up." in page
    if when == "at once":
        assert "When you reconnect, Onelist asks for read-only access." in page
    asked = query(authorize_url(nobody, f"/accounts/{account.pk}/reconnect/"))
    assert asked["scope"] == BASE


# Nothing changes


def test_denied(wide, asana):
    before = AsanaAccount.objects.values().get()
    response = wide.get(path_of(asana.deny(authorize_url(wide.client, path(ada())), ADA)))
    page = unescape(response.content.decode())
    assert response.status_code == 403
    assert link_failures.NOT_NARROWED.title in page
    assert f'href="{path(ada())}"' in page
    assert AsanaAccount.objects.values().get() == before
    assert told(Event.PERMISSIONS_GIVEN_UP) == []


def test_given_up_half_way(wide, asana):
    before = AsanaAccount.objects.values().get()
    asana.allow(authorize_url(wide.client, path(ada())), ADA)
    assert AsanaAccount.objects.values().get() == before
    assert tokens.grant_works(ada())


def test_another_account(wide, asana):
    before = AsanaAccount.objects.values().get()
    response = narrow(wide, asana, BEN)
    assert response.status_code == 409
    assert link_failures.ANOTHER_TO_NARROW.explanation in unescape(response.content.decode())
    assert AsanaAccount.objects.values().get() == before


@pytest.mark.parametrize(
    ("answered", "failure"),
    [
        ({"scope": WIDE}, link_failures.STILL_WIDE),
        ({"scope": "default"}, link_failures.STILL_WIDE),
        ({"refresh_token": None}, failures.UNTRUSTED),
        ({"refresh_token": ""}, failures.UNTRUSTED),
    ],
)
def test_an_answer_that_is_no_narrower_grant(op, nobody, answered, failure):
    op.token_response["scope"] = WIDE
    nobody.get(op.allow(authorize_url(nobody)))
    before = AsanaAccount.objects.values().get()
    op.token_response.update({"scope": BASE, **answered})
    response = nobody.get(op.allow(authorize_url(nobody, path(AsanaAccount.objects.get()))))
    assert response.status_code == failure.status
    assert failure.title in unescape(response.content.decode())
    assert AsanaAccount.objects.values().get() == before
    assert not op.asked(REVOKE)


def test_a_crash_while_storing_loses_neither_grant(op, nobody, monkeypatch):
    op.token_response["scope"] = WIDE
    nobody.get(op.allow(authorize_url(nobody)))
    before = AsanaAccount.objects.values().get()
    op.token_response["scope"] = BASE

    def fails(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    link = op.allow(authorize_url(nobody, path(AsanaAccount.objects.get())))
    monkeypatch.setattr("accounts.tokens.store", fails)
    nobody.raise_request_exception = False
    assert nobody.get(link).status_code == 500
    assert AsanaAccount.objects.values().get() == before
    assert not Revocation.objects.exists()


def test_a_refresh_in_between_does_not_keep_its_token_from_being_revoked(op, nobody):
    """With a rotating provider the newest refresh token is the one to end."""
    op.rotates = True
    op.token_response["scope"] = WIDE
    nobody.get(op.allow(authorize_url(nobody)))
    account = AsanaAccount.objects.get()
    link = op.allow(authorize_url(nobody, path(account)))
    assert tokens.grant_works(account)
    newest = op.refresh_tokens[-1]
    op.token_response["scope"] = BASE
    nobody.get(link)
    assert op.revoked == [newest]
