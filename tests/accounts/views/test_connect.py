"""A signed-in user connects another Asana account."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.sign_in import failures, link_failures
from tests.accounts.events import told
from tests.fake_asana.app import query
from tests.markup import page_html, page_text
from tests.people import Person, authorize_url, path_of, sign_in
from tests.stand_in import ADA, BEN, CLEO

CONNECT = "/accounts/connect/"
Event = AuditEntry.Event
HERE = "192.0.2.13"  # an address that no other test has


def connect(person: Person, asana, gid: str):
    """Connect the account `gid` by allowing it at Asana; return the callback's response."""
    return person.get(path_of(asana.allow(authorize_url(person.client, CONNECT), gid)))


def next_page(person: Person, response) -> str:
    assert (response.status_code, response["Location"]) == (302, "/accounts/"), response.content
    return page_text(person.get(response["Location"]))


def gids(user: User) -> set[str]:
    return set(user.asana_accounts.values_list("gid", flat=True))


# Before the redirect to Asana


def test_it_says_whom_asana_will_use_and_how_to_switch(owner):
    page = page_text(owner.get(CONNECT))
    assert "it takes whoever is signed in there in this browser" in page
    assert "switch to the account you want to connect, or log out" in page
    assert "Ada Okafor" in page
    assert "ada@example.com" in page


def test_it_shows_nobody_the_accounts_of_others(owner, other_user, administrator):
    assert "Ada" not in page_html(other_user.get(CONNECT))
    page = page_html(administrator.get(CONNECT))
    assert "Connect an Asana account" in page
    assert "Ada" not in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_it_starts_nothing(owner, asana, method):
    before = len(asana.requests())
    assert getattr(owner.client, method)(CONNECT).status_code == 200
    assert len(asana.requests()) == before
    assert not [name for name in dict(owner.client.session) if "state" in name]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_no_other_method(owner, method):
    assert getattr(owner.client, method)(CONNECT).status_code == 405


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_in_first(db, nobody, method):
    assert getattr(nobody, method)(CONNECT)["Location"] == f"/login/?next={CONNECT}"


def test_it_wants_the_sites_own_form(owner):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = owner.client.cookies
    assert stranger.post(CONNECT).status_code == 403


def test_too_many_are_told(owner, settings):
    settings.SIGN_IN_RATE = "1/minute"
    assert owner.post(CONNECT, REMOTE_ADDR=HERE).status_code == 302
    response = owner.post(CONNECT, REMOTE_ADDR=HERE)
    assert response.status_code == 429
    assert int(response["Retry-After"]) >= 1


def test_it_asks_for_reading_alone(owner):
    asked = query(authorize_url(owner.client, CONNECT))
    assert asked["scope"] == "openid email profile users:read workspaces:read tasks:read"


# After the callback


def test_a_second_account_joins_the_first(owner, asana):
    page = next_page(owner, connect(owner, asana, BEN))
    assert "<bdi>Ben Tanaka</bdi> (<bdi>ben@example.com</bdi>) is connected." in page
    assert gids(owner.user) == {ADA, BEN}
    assert User.objects.count() == 1
    assert told(Event.CONNECTED, BEN) == [(owner.user, "person")]


def test_what_it_calls_itself_is_text_there_too(op, nobody):
    nobody.get(op.allow(authorize_url(nobody)))
    op.claims["sub"] = op.userinfo["sub"] = "2"
    op.userinfo.update(name="<script>alert(1)</script>", email='"><b>@example.org')
    response = nobody.get(op.allow(authorize_url(nobody, CONNECT)))
    page = page_html(nobody.get(response["Location"]))
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>@" not in page


def test_both_accounts_let_the_person_in_afterwards(owner, asana):
    connect(owner, asana, BEN)
    at_home = Person.signed_in(asana, BEN)
    assert at_home.client.session["_auth_user_id"] == str(owner.user.pk)


def test_connecting_renames_nobody_here(owner, asana):
    before = User.objects.values().get()
    connect(owner, asana, BEN)
    after = User.objects.values().get()
    assert after == before
    assert (after["username"], after["name"], after["email"]) == (
        *("ada", "Ada Okafor", "ada@example.com"),
    )


def test_an_account_that_is_linked_already_stays_so_and_is_named(signed_in_owner, asana):
    AsanaAccount.objects.update(label="Mine", colour="red")
    before = signed_in_owner.account.connected_at
    response = connect(signed_in_owner, asana, ADA)
    assert response["Location"] == f"/accounts/{signed_in_owner.account.pk}/connected-already/"
    page = page_html(signed_in_owner.get(response["Location"]))
    assert "<bdi>Ada Okafor</bdi> (<bdi>ada@example.com</bdi>), which was connected already" in page
    assert 'href="/accounts/connect/"' in page
    assert 'href="https://app.asana.com/"' in page
    account = AsanaAccount.objects.get()
    assert account.connected_at == before
    assert (account.label, account.colour) == ("Mine", "red")
    assert told(Event.CONNECTED, ADA) == [(signed_in_owner.user, "person")]  # of the sign-in
    assert told(Event.RECONNECTED, ADA) == []


def test_connecting_again_mends_a_broken_link(owner, asana):
    AsanaAccount.objects.update(
        status=AsanaAccount.Status.NEEDS_RECONNECTING,
        last_error="access_ended",
        encrypted_refresh_token="",
    )
    assert "and works again." in next_page(owner, connect(owner, asana, ADA))
    account = AsanaAccount.objects.get()
    assert not account.needs_reconnecting
    assert account.last_error == ""
    assert account.encrypted_refresh_token
    assert told(Event.RECONNECTED, ADA) == [(owner.user, "person")]


def test_a_person_who_is_new_here_is_in_their_own_history(signed_in_owner):
    assert told(Event.CONNECTED, ADA) == [(signed_in_owner.user, "person")]


def test_an_earlier_revocation_no_longer_threatens_an_account_that_is_connected_again(owner, asana):
    """Asana doesn't say whether its grants are separate: ending the old could end the new one."""
    connect(owner, asana, BEN)
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    ben = AsanaAccount.objects.get(gid=BEN)
    owner.post(f"/accounts/{ben.pk}/disconnect/")
    assert Revocation.objects.count() == 1
    asana.heal()
    connect(owner, asana, BEN)
    assert not Revocation.objects.exists()
    assert told(Event.REVOCATION_GIVEN_UP, BEN) == [(owner.user, "site")]
    assert tokens.revoke_due() == dict.fromkeys(tokens.Outcome, 0)
    assert tokens.grant_works(AsanaAccount.objects.get(gid=BEN))


def test_whoever_it_was_of_reads_in_their_own_history_that_it_is_given_up(owner, other_user, asana):
    """If that user has been deleted, it is in nobody's history."""
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    ben = other_user.account
    ben.delete()
    Revocation.objects.create(account_hash=tokens.account_hash(BEN), encrypted_refresh_token="x")
    asana.heal()
    connect(owner, asana, BEN)
    assert not Revocation.objects.exists()
    assert told(Event.REVOCATION_GIVEN_UP) == [(other_user.user, "site"), (None, "site")]
    theirs, nobodys = AuditEntry.objects.filter(event=Event.REVOCATION_GIVEN_UP).order_by("pk")
    assert (theirs.account_name, theirs.account_gid) == (ben.asana_name, "")
    assert (nobodys.account_name, nobodys.account_gid) == ("", "")


def test_that_of_another_account_goes_on(owner, asana):
    connect(owner, asana, BEN)
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    ben = AsanaAccount.objects.get(gid=BEN)
    owner.post(f"/accounts/{ben.pk}/disconnect/")
    asana.heal()
    connect(owner, asana, CLEO)
    assert Revocation.objects.count() == 1


# Denied, or somebody else's


@pytest.mark.parametrize("path", [CONNECT, "/accounts/confirm/"])
def test_whoever_comes_back_after_half_an_hour_is_told_and_starts_again(owner, asana, path):
    url = authorize_url(owner.client, path)
    start = CONNECT if path == CONNECT else "/accounts/"
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True):
        response = owner.get(path_of(asana.allow(url, BEN)), follow=True)
    assert response.redirect_chain == [(start, 302)]
    assert "more than half an hour" in page_text(response)
    assert gids(owner.user) == {ADA}


def test_but_only_in_the_session_that_began_it(owner, other_user, asana):
    url = authorize_url(owner.client, CONNECT)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True):
        response = other_user.get(path_of(asana.allow(url, BEN)))
    assert response["Location"] == "/tasks/"  # as for any way back that is of no use here
    assert gids(other_user.user) == {BEN}


def test_denying_it_is_told_in_its_own_words(owner, asana):
    response = owner.get(path_of(asana.deny(authorize_url(owner.client, CONNECT), BEN)))
    page = page_text(response)
    assert response.status_code == 403
    assert link_failures.NOT_CONNECTED.title in page
    assert f'href="{CONNECT}"' in page
    assert gids(owner.user) == {ADA}


def test_an_account_of_somebody_else_is_not_moved(owner, other_user, asana):
    response = connect(owner, asana, BEN)
    assert response.status_code == 409
    assert link_failures.IN_USE.title in page_html(response)
    assert gids(owner.user) == {ADA}
    assert gids(other_user.user) == {BEN}
    assert owner.client.session["_auth_user_id"] == str(owner.user.pk)


def test_nor_is_its_grant_ended(owner, other_user, asana):
    connect(owner, asana, BEN)
    assert not asana.requests("/-/oauth_revoke")
    assert tokens.grant_works(other_user.account)


def test_the_page_that_says_so_tells_nothing_about_them(owner, other_user, asana):
    """It shows only the name and the email address that Asana has just sent."""
    User.objects.filter(pk=other_user.user.pk).update(name="Dr Benjamin", username="bt")
    AsanaAccount.objects.filter(gid=BEN).update(name="Benji", label="Ben's own word")
    page = page_text(connect(owner, asana, BEN))
    assert 'You came back as <strong dir="auto">Ben Tanaka</strong>' in page
    assert "(<bdi>ben@example.com</bdi>)" in page
    for text in ("Dr Benjamin", "bt<", "Benji", "own word", BEN, "identity_in_use"):
        assert text not in page


def test_it_shows_the_ways_out(owner, other_user, asana):
    page = page_html(connect(owner, asana, BEN))
    assert page.count("<li>If ") == 3
    assert 'href="https://app.asana.com/"' in page
    assert "delete your Onelist account there" in page
    assert f'href="{CONNECT}"' in page
    assert 'action="/logout/"' in page
    assert 'href="/accounts/"' in page


# Nothing is attached unasked


@pytest.mark.parametrize("linked", ["to nobody", "to somebody"])
def test_a_plain_sign_in_attaches_nothing(owner, asana, linked):
    if linked == "to somebody":
        Person.signed_in(asana, BEN)
    people = User.objects.count()
    response = sign_in(owner.client, asana, BEN)
    assert response.status_code == 409
    page = page_html(response)
    assert link_failures.ANOTHER_PERSON.title in page
    assert 'You came back as <strong dir="auto">Ben Tanaka</strong>' in page
    assert 'href="https://app.asana.com/"' in page
    assert gids(owner.user) == {ADA}
    assert User.objects.count() == people
    assert owner.client.session["_auth_user_id"] == str(owner.user.pk)
    given_back = [each["status"] for each in asana.requests("/-/oauth_revoke")]
    assert given_back == ([200] if linked == "to nobody" else [])


def test_signing_in_again_as_oneself_is_no_trouble(owner, asana):
    assert sign_in(owner.client, asana, ADA).status_code == 302


def test_a_callback_of_another_person_attaches_nothing(owner, asana):
    """Somebody starts in another browser and sends the callback's link to the owner."""
    for path in ("/login/asana/", CONNECT):
        stranger = Person.signed_in(asana, CLEO)
        link = path_of(asana.allow(authorize_url(stranger.client, path), BEN))
        assert owner.get(link)["Location"] == "/tasks/"
        assert gids(owner.user) == {ADA}


def test_a_start_does_not_outlive_the_session_it_was_made_in(owner, asana):
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    owner.post("/logout/")
    assert owner.get(link).status_code == 403
    assert gids(owner.user) == {ADA}


def test_nor_the_person_who_made_it(owner, asana, administrator):
    """If the session belongs to another user by then, nothing is attached to that user."""
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    kept = {name: value for name, value in owner.client.session.items() if "state" in name}
    assert kept
    session = administrator.session
    session.update(kept)
    session.save()
    response = administrator.get(link)
    assert response.status_code == 403
    assert failures.SESSION.explanation in page_html(response)
    assert not AsanaAccount.objects.filter(gid=BEN).exists()


def test_somebody_switched_off_in_between_connects_nothing(owner, asana):
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    User.objects.update(is_active=False)
    assert owner.get(link).status_code == 403
    assert gids(owner.user) == {ADA}


def test_an_administrator_may_have_an_account_too(administrator, asana):
    link = path_of(asana.allow(authorize_url(administrator, CONNECT), ADA))
    assert administrator.get(link).status_code == 302
    root = User.objects.get()
    assert (root.username, root.name, gids(root)) == ("root", "", {ADA})


def test_an_outage_is_told(owner, asana):
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    asana.order("server_error", path="/-/oauth_token", value=503)
    response = owner.get(link)
    assert response.status_code == 503
    assert "Back to your accounts" in page_html(response)
