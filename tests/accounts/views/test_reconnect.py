"""A new grant in place of one that is gone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.sign_in import link_failures
from asana_tasks.models import SyncState
from asana_tasks.sync import engine
from tests.accounts.events import told
from tests.fake_asana.app import query
from tests.markup import page_html, page_text
from tests.people import Person, authorize_url, path_of
from tests.stand_in import ADA, BEN, CLEO, StandIn

BASE = "openid email profile users:read workspaces:read tasks:read"
Event = AuditEntry.Event
HERE = "192.0.2.12"  # an address that no other test has


def path(person: Person) -> str:
    return f"/accounts/{person.account.pk}/reconnect/"


def ada() -> AsanaAccount:
    return AsanaAccount.objects.get(gid=ADA)


def rows() -> list[dict]:
    return list(AsanaAccount.objects.order_by("pk").values())


def reconnect(person: Person, asana: StandIn, gid: str = ADA, **data: str):
    return person.get(path_of(asana.allow(authorize_url(person.client, path(person), **data), gid)))


@pytest.fixture
def broken(owner_with_tasks, asana) -> Person:
    return break_grant(owner_with_tasks, asana)


def break_grant(person: Person, asana: StandIn) -> Person:
    """Let Ada remove Onelist in Asana's settings; what was fetched before is two days old."""
    SyncState.objects.update(synced_at=timezone.now() - timedelta(days=2))
    asana.revoke_grants(ADA)
    assert not tokens.grant_works(ada())
    assert ada().needs_reconnecting
    return person


# Until then


def test_the_tasks_stay_in_the_list_with_their_age(broken):
    page = page_text(broken.get("/tasks/"))
    assert "Write the plan" in page
    assert "needs reconnecting: Asana no longer lets us in; what you see is from 2\xa0days" in page
    assert f'action="{path(broken)}"' in page
    assert 'aria-label="Reconnect Ada Okafor"' in page


def test_its_page_says_whom_to_be_at_asana(broken):
    page = page_text(broken.get(path(broken)))
    assert "Asana no longer lets us in." in page
    assert "Ada Okafor" in page
    assert "ada@example.com" in page
    assert "another account is not accepted" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_works_needs_none(owner, asana, method):
    before = len(asana.requests())
    response = getattr(owner, method)(path(owner))
    assert (response.status_code, response["Location"]) == (302, "/accounts/")
    assert len(asana.requests()) == before
    assert "there is nothing to reconnect" in page_html(owner.get("/accounts/"))


def test_others_see_nothing_of_it(broken, other_user, administrator, nobody):
    for method in ("get", "post"):
        assert getattr(other_user.client, method)(path(broken)).status_code == 404
        assert getattr(administrator, method)(path(broken)).status_code == 404
        assert getattr(nobody, method)(path(broken))["Location"] == f"/login/?next={path(broken)}"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_no_other_method(broken, method):
    assert getattr(broken.client, method)(path(broken)).status_code == 405


def test_it_wants_the_sites_own_form(broken):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = broken.client.cookies
    assert stranger.post(path(broken)).status_code == 403


def test_too_many_are_told(broken, settings):
    settings.SIGN_IN_RATE = "1/minute"
    assert broken.post(path(broken), REMOTE_ADDR=HERE).status_code == 302
    response = broken.post(path(broken), REMOTE_ADDR=HERE)
    assert response.status_code == 429
    assert f'href="{path(broken)}"' in page_html(response)


# The way there and back


def test_it_works_again_in_place(signed_in_owner, asana):
    assert engine.run_sync(signed_in_owner.account).state == "done"
    broken = break_grant(signed_in_owner, asana)
    before = ada()
    response = reconnect(broken, asana)
    assert (response.status_code, response["Location"]) == (302, "/accounts/")
    page = page_text(broken.get("/accounts/"))
    assert "<bdi>Ada Okafor</bdi> (<bdi>ada@example.com</bdi>) works again." in page
    after = ada()
    assert (after.pk, after.connected_at) == (before.pk, before.connected_at)
    assert (after.status, after.last_error) == ("connected", "")
    assert engine.run_sync(after).state == "done"
    assert told(Event.RECONNECTED) == [(broken.user, "person")]
    assert told(Event.CONNECTED) == [(broken.user, "person")]  # at first, and not again


def test_it_leads_back_to_where_the_button_was(broken, asana):
    assert reconnect(broken, asana, next="/tasks/?sort=name")["Location"] == "/tasks/?sort=name"


@pytest.mark.parametrize("there", ["//evil.example/", "https://evil.example/", "javascript:1", "x"])
def test_nowhere_else(broken, asana, there):
    assert reconnect(broken, asana, next=there)["Location"] == "/accounts/"


@pytest.mark.parametrize(
    ("had", "asked"),
    [
        (BASE, BASE),
        (f"{BASE} tasks:write", f"{BASE} tasks:write"),
        ("openid default", f"{BASE} tasks:write"),  # the app was registered in another way then
    ],
)
def test_it_asks_for_as_much_as_there_was(broken, asana, had, asked):
    AsanaAccount.objects.update(scope=had)
    assert query(authorize_url(broken.client, path(broken)))["scope"] == asked
    reconnect(broken, asana)
    assert ada().scope == asked


def test_with_full_permissions_it_asks_for_those(broken, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    asked = query(authorize_url(broken.client, path(broken)))
    assert asked["scope"] == "openid email profile default"


def test_asana_may_grant_less_and_that_is_told(op, nobody):
    op.token_response["scope"] = f"{BASE} tasks:write"
    nobody.get(op.allow(authorize_url(nobody)))
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    linked = AsanaAccount.objects.get()
    op.token_response["scope"] = BASE
    response = nobody.get(op.allow(authorize_url(nobody, f"/accounts/{linked.pk}/reconnect/")))
    page = page_text(nobody.get(response["Location"]))
    assert "works again. Onelist may only read its tasks now." in page
    assert not AsanaAccount.objects.get().may_write


# Refused


@pytest.mark.parametrize("linked", ["to nobody", "to the same person", "to somebody else"])
def test_another_account_is_refused_and_nothing_is_stored(broken, asana, linked):
    if linked == "to the same person":
        broken.get(path_of(asana.allow(authorize_url(broken.client, "/accounts/connect/"), BEN)))
    elif linked == "to somebody else":
        Person.signed_in(asana, BEN)
    before, people = rows(), User.objects.count()
    response = reconnect(broken, asana, BEN)
    page = page_text(response)
    assert response.status_code == 409
    assert link_failures.ANOTHER_TO_RECONNECT.title in page
    ada, ben = (
        f'<strong dir="auto">{name} {surname}</strong> (<bdi>{name.lower()}@example.com</bdi>)'
        for name, surname in (("Ada", "Okafor"), ("Ben", "Tanaka"))
    )
    assert f"Onelist expected {ada}. You came back as {ben}." in page
    assert f'href="{path(broken)}"' in page
    assert 'href="/accounts/connect/">Connect another Asana account</a>' in page
    assert "another_account" not in page
    assert rows() == before
    assert User.objects.count() == people
    given_back = [each["status"] for each in asana.requests("/-/oauth_revoke")]
    assert given_back == ([200] if linked == "to nobody" else [])


def test_that_page_tells_what_asana_told_and_nothing_of_whose_it_is_here(broken, asana):
    pages = [page_html(reconnect(broken, asana, BEN))]
    Person.signed_in(asana, BEN)
    pages.append(page_html(reconnect(broken, asana, BEN)))
    told = [page[page.index("<main") :] for page in pages]
    assert told[0] == told[1]
    assert BEN not in told[0]


def test_denying_it_leaves_it_as_it_was(broken, asana):
    before = rows()
    response = broken.get(path_of(asana.deny(authorize_url(broken.client, path(broken)), ADA)))
    page = page_text(response)
    assert response.status_code == 403
    assert link_failures.NOT_RECONNECTED.title in page
    assert f'href="{path(broken)}"' in page
    assert rows() == before


def test_an_outage_can_be_tried_again(broken, asana):
    link = path_of(asana.allow(authorize_url(broken.client, path(broken)), ADA))
    asana.order("server_error", path="/-/oauth_token", value=503)
    response = broken.get(link)
    assert response.status_code == 503
    assert f'href="{path(broken)}"' in page_html(response)
    assert ada().needs_reconnecting
    asana.heal()
    assert reconnect(broken, asana).status_code == 302
    assert not ada().needs_reconnecting


def test_the_link_of_one_person_does_nothing_for_another(broken, other_user, asana):
    link = path_of(asana.allow(authorize_url(broken.client, path(broken)), ADA))
    assert other_user.get(link)["Location"] == "/tasks/"
    assert ada().needs_reconnecting
    assert ada().user == broken.user


def test_twice_is_once(broken, asana):
    link = path_of(asana.allow(authorize_url(broken.client, path(broken)), ADA))
    assert broken.get(link).status_code == 302
    before = rows()
    assert broken.get(link)["Location"] == "/tasks/"
    assert rows() == before


def test_two_tabs_both_arrive(broken, asana):
    first = path_of(asana.allow(authorize_url(broken.client, path(broken)), ADA))
    second = path_of(asana.allow(authorize_url(broken.client, path(broken)), ADA))
    assert broken.get(first).status_code == 302
    assert broken.get(second).status_code == 302
    assert not ada().needs_reconnecting
    assert len(told(Event.RECONNECTED)) == 1


def test_disconnected_in_another_tab_it_does_not_come_back(broken, asana):
    broken.get(path_of(asana.allow(authorize_url(broken.client, "/accounts/connect/"), CLEO)))
    link = path_of(asana.allow(authorize_url(broken.client, path(broken)), ADA))
    broken.post(f"/accounts/{broken.account.pk}/disconnect/")
    assert not AsanaAccount.objects.filter(gid=ADA).exists()
    response = broken.get(link)
    assert response.status_code == 409
    assert link_failures.NO_LONGER_LINKED.title in page_text(response)
    assert not AsanaAccount.objects.filter(gid=ADA).exists()
    assert [each["status"] for each in asana.requests("/-/oauth_revoke")] == [200]  # given back
