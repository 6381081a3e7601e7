"""Asking for `tasks:write` when it is first needed, and what a later sign-in makes of it."""

import datetime
import json

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount
from accounts.sign_in import failures, link_failures, pending_action
from asana_tasks.api import client
from tests.accounts.provider import TOKEN, Handler
from tests.fake_asana.app import query
from tests.people import Person, path_of, sign_in
from tests.stand_in import ADA, BEN, StandIn

BASE = "openid email profile users:read workspaces:read tasks:read"


def permission(person: Person) -> str:
    return f"/accounts/{person.account.pk}/permission/"


def ask(person: Person) -> str:
    response = person.post(permission(person))
    assert response.status_code == 302, response.content
    return str(response["Location"])


def widen(person: Person, asana: StandIn, gid: str = ADA):
    return person.get(path_of(asana.allow(ask(person), gid)))


def keep_waiting(person: Person) -> pending_action.Waiting:
    session = person.client.session
    pending_action.keep(
        session, view="asana_tasks:resume_change", back="/tasks/?sort=name", what={}
    )
    session.save()
    waited = pending_action.peek(session)
    assert waited is not None
    return waited


def account() -> AsanaAccount:
    return AsanaAccount.objects.get(gid=ADA)


# The page


def test_it_says_why_and_for_which_account(owner):
    page = owner.get(permission(owner)).content.decode()
    assert "May Onelist change your tasks?" in page
    assert "Ada Okafor" in page
    assert "ada@example.com" in page


def test_others_see_nothing_of_it(owner, other_user, administrator, nobody):
    for method in ("get", "post"):
        assert getattr(other_user.client, method)(permission(owner)).status_code == 404
        assert getattr(administrator, method)(permission(owner)).status_code == 404
        assert getattr(nobody, method)(permission(owner))["Location"].startswith("/login/")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_no_other_method(owner, method):
    assert getattr(owner.client, method)(permission(owner)).status_code == 405


def test_it_wants_the_sites_own_form(owner):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = owner.client.cookies
    assert stranger.post(permission(owner)).status_code == 403


def test_too_many_are_told(owner, settings):
    settings.SIGN_IN_RATE = "1/minute"
    ask(owner)
    assert owner.post(permission(owner)).status_code == 429


def test_not_now_leads_back_and_drops_what_waited(owner, asana):
    keep_waiting(owner)
    before = len(asana.requests())
    response = owner.post(permission(owner), {"answer": "no"})
    assert response["Location"] == "/tasks/?sort=name"
    assert pending_action.peek(owner.client.session) is None
    assert len(asana.requests()) == before


def test_who_has_allowed_it_already_is_sent_on(owner, asana):
    widen(owner, asana)
    assert owner.get(permission(owner))["Location"] == "/accounts/"
    waited = keep_waiting(owner)
    assert owner.get(permission(owner))["Location"] == waited.resume_path


# The way there and back


def test_asana_is_asked_for_everything_and_tasks_write(owner):
    assert query(ask(owner))["scope"] == f"{BASE} tasks:write"


def test_with_full_permissions_there_is_nothing_more_to_ask_for(owner, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    assert query(ask(owner))["scope"] == "openid email profile default"


def test_what_was_allowed_is_kept(owner, asana):
    assert not account().may_write
    before = account().encrypted_access_token
    assert widen(owner, asana)["Location"] == "/tasks/start/"
    assert account().scope == f"{BASE} tasks:write"
    assert account().may_write
    assert account().encrypted_access_token != before


def test_the_scopes_in_the_answer_count_more_than_those_asked_for(op, nobody):
    """Asana may grant less than it was asked for, and may say so."""
    nobody.get(op.allow(nobody.post("/login/asana/")["Location"]))
    linked = AsanaAccount.objects.get()
    op.token_response["scope"] = "openid tasks:read"
    nobody.get(op.allow(nobody.post(f"/accounts/{linked.pk}/permission/")["Location"]))
    linked.refresh_from_db()
    assert linked.scope == "openid tasks:read"
    assert not linked.may_write


def test_it_leads_to_what_waited(owner, asana):
    waited = keep_waiting(owner)
    assert widen(owner, asana)["Location"] == waited.resume_path


def test_another_tab_on_its_way_changes_nothing_about_that(owner, asana):
    waited = keep_waiting(owner)
    link = ask(owner)
    owner.post("/accounts/connect/")
    owner.post("/login/asana/", {"next": "/workspaces/"})
    assert owner.get(path_of(asana.allow(link, ADA)))["Location"] == waited.resume_path


def test_nothing_of_it_sticks_to_a_later_start(owner, asana):
    keep_waiting(owner)
    widen(owner, asana)
    link = owner.post("/accounts/connect/")["Location"]
    assert owner.get(path_of(asana.allow(link, BEN)))["Location"] == "/accounts/"
    assert sign_in(owner.client, asana, ADA)["Location"] == "/tasks/start/"


def test_declining_drops_what_waited_and_nothing_else(owner, asana):
    keep_waiting(owner)
    before = AsanaAccount.objects.values().get()
    response = owner.get(path_of(asana.deny(ask(owner), ADA)))
    page = response.content.decode()
    assert response.status_code == 403
    assert link_failures.DECLINED.explanation.partition(",")[0] in page.replace("&#x27;", "'")
    assert 'href="/tasks/?sort=name"' in page
    assert pending_action.peek(owner.client.session) is None
    assert AsanaAccount.objects.values().get() == before
    assert owner.get("/tasks/").status_code == 200
    assert tokens.access_token_for(account())


def test_a_sign_in_that_is_declined_still_says_so_in_its_own_words(nobody, asana, db):
    link = nobody.post("/login/asana/")["Location"]
    page = nobody.get(path_of(asana.deny(link, ADA))).content.decode()
    assert failures.DENIED.title in page.replace("&#x27;", "'")


def test_another_account_is_refused_and_not_stored(owner, asana):
    keep_waiting(owner)
    before = AsanaAccount.objects.values().get()
    response = widen(owner, asana, BEN)
    page = response.content.decode()
    assert response.status_code == 409
    assert link_failures.ANOTHER_ACCOUNT.title in page
    assert f'href="{permission(owner)}"' in page
    assert AsanaAccount.objects.values().get() == before
    assert pending_action.peek(owner.client.session) is not None


def test_even_if_it_is_linked_to_the_same_person(owner, asana):
    link = owner.post("/accounts/connect/")["Location"]
    owner.get(path_of(asana.allow(link, BEN)))
    before = list(AsanaAccount.objects.order_by("pk").values())
    assert widen(owner, asana, BEN).status_code == 409
    assert list(AsanaAccount.objects.order_by("pk").values()) == before


def test_the_link_of_one_person_widens_nothing_for_another(owner, other_user, asana):
    link = path_of(asana.allow(ask(owner), ADA))
    assert other_user.get(link)["Location"] == "/tasks/"
    assert not account().may_write


def test_an_outage_in_between_can_be_tried_again(owner, asana):
    keep_waiting(owner)
    link = path_of(asana.allow(ask(owner), ADA))
    asana.order("server_error", path="/-/oauth_token", value=503)
    response = owner.get(link)
    assert response.status_code == 503
    assert f'href="{permission(owner)}"' in response.content.decode()
    assert pending_action.peek(owner.client.session) is not None
    asana.heal()
    assert "/resume/" in widen(owner, asana)["Location"]


def test_it_mends_a_broken_link_as_well(owner, asana):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    widen(owner, asana)
    assert not account().needs_reconnecting


# What waits


def test_what_waits_expires(owner):
    waited = keep_waiting(owner)
    later = timezone.now() + datetime.timedelta(seconds=pending_action.LIFETIME + 1)
    with time_machine.travel(later):
        assert pending_action.peek(owner.client.session) is None
        assert pending_action.pop(owner.client.session, waited.key) is None


def test_one_thing_waits_at_a_time(owner):
    first, second = keep_waiting(owner), keep_waiting(owner)
    assert first.key != second.key
    assert pending_action.pop(owner.client.session, first.key) is None


def test_signing_out_forgets_it(owner):
    keep_waiting(owner)
    owner.post("/logout/")
    assert pending_action.peek(owner.client.session) is None


# A later sign-in, which asks for less


@pytest.fixture
def widened(owner: Person, asana: StandIn) -> Person:
    widen(owner, asana)
    return owner


def test_a_plain_sign_in_keeps_the_wider_grant(widened, asana):
    Person.signed_in(asana, ADA)
    assert account().scope == f"{BASE} tasks:write"
    token = tokens.access_token_for(account())
    gid = asana.tasks(ADA)[0]["gid"]
    assert client.update_task(token, gid, {"completed": True}).completed


def test_connecting_it_again_keeps_it_too(widened, asana):
    link = widened.post("/accounts/connect/")["Location"]
    widened.get(path_of(asana.allow(link, ADA)))
    assert account().may_write


def test_a_wider_grant_that_is_gone_makes_way_for_the_new_one(widened, asana):
    asana.revoke_grants(ADA)
    Person.signed_in(asana, ADA)
    assert account().scope == BASE
    assert not account().needs_reconnecting
    assert tokens.access_token_for(account())


def test_an_outage_while_it_is_tried_loses_nothing(op, nobody):
    """The code is exchanged, then refreshing it fails for reasons of Asana's own."""

    def refreshes_nothing(handler: Handler) -> None:
        seen = handler.provider.seen[-1]
        if seen.form["grant_type"] == "refresh_token":
            handler.respond(b"{}", 503)
        else:
            status, response = handler.provider.right_response(seen)
            handler.respond(json.dumps(response).encode(), status)

    nobody.get(op.allow(nobody.post("/login/asana/")["Location"]))
    linked = AsanaAccount.objects.get()
    nobody.get(op.allow(nobody.post(f"/accounts/{linked.pk}/permission/")["Location"]))
    before = AsanaAccount.objects.get()
    assert before.may_write
    op.replies[TOKEN] = refreshes_nothing
    response = nobody.get(op.allow(nobody.post("/login/asana/")["Location"]))
    assert response.status_code == 302
    after = AsanaAccount.objects.get()
    assert after.encrypted_refresh_token == before.encrypted_refresh_token
    assert after.may_write


def test_that_asana_no_longer_refreshes_it_is_found_out_at_once(widened, asana):
    asana.order("invalid_grant", person=ADA)
    Person.signed_in(asana, ADA)
    assert account().scope == BASE
    assert not account().needs_reconnecting


def test_a_broken_account_takes_what_it_gets(widened, asana):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    Person.signed_in(asana, ADA)
    assert account().scope == BASE
    assert not account().needs_reconnecting


def test_what_a_sign_in_tells_about_the_person_is_kept_all_the_same(widened, asana):
    AsanaAccount.objects.update(name="Old name")
    Person.signed_in(asana, ADA)
    assert account().name == "Ada Okafor"
    assert account().may_write
