"""One more Asana account for somebody who is signed in."""

import pytest
from django.test import Client

from accounts import failures
from accounts.models import AsanaAccount, User
from tests.people import Person, authorize_url, path_of, sign_in
from tests.stand_in import ADA, BEN, CLEO

CONNECT = "/accounts/connect/"


def connect(person: Person, asana, gid: str):
    """The way back from Asana, as whoever is signed in there."""
    return person.get(path_of(asana.allow(authorize_url(person.client, CONNECT), gid)))


def gids(user: User) -> set[str]:
    return set(user.asana_accounts.values_list("gid", flat=True))


def test_a_second_account_joins_the_first(owner, asana):
    answer = connect(owner, asana, BEN)
    assert (answer.status_code, answer["Location"]) == (302, "/tasks/")
    assert gids(owner.user) == {ADA, BEN}
    assert User.objects.count() == 1


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


def test_an_account_that_is_linked_already_stays_so(owner, asana):
    before = owner.account.connected_at
    assert connect(owner, asana, ADA).status_code == 302
    assert AsanaAccount.objects.get().connected_at == before


def test_connecting_again_mends_a_broken_link(owner, asana):
    AsanaAccount.objects.update(
        status=AsanaAccount.Status.NEEDS_RECONNECTING,
        last_error="Asana no longer lets us in",
        encrypted_refresh_token="",
    )
    connect(owner, asana, ADA)
    account = AsanaAccount.objects.get()
    assert not account.needs_reconnecting
    assert account.last_error == ""
    assert account.encrypted_refresh_token


def test_an_account_of_somebody_else_is_not_moved(owner, other_user, asana):
    answer = connect(owner, asana, BEN)
    assert answer.status_code == 409
    assert failures.IN_USE.title in answer.content.decode()
    assert gids(owner.user) == {ADA}
    assert gids(other_user.user) == {BEN}
    assert owner.client.session["_auth_user_id"] == str(owner.user.pk)


def test_the_page_that_says_so_tells_nothing_about_them(owner, other_user, asana):
    page = connect(owner, asana, BEN).content.decode()
    for text in ("Ben", BEN, "ben@example.com"):
        assert text not in page


@pytest.mark.parametrize("linked", ["to nobody", "to somebody"])
def test_a_plain_sign_in_attaches_nothing(owner, asana, linked):
    if linked == "to somebody":
        Person.signed_in(asana, BEN)
    people = User.objects.count()
    answer = sign_in(owner.client, asana, BEN)
    assert answer.status_code == 409
    assert failures.ANOTHER_PERSON.title in answer.content.decode()
    assert gids(owner.user) == {ADA}
    assert User.objects.count() == people
    assert owner.client.session["_auth_user_id"] == str(owner.user.pk)


def test_signing_in_again_as_oneself_is_no_trouble(owner, asana):
    assert sign_in(owner.client, asana, ADA).status_code == 302


def test_a_callback_of_another_person_attaches_nothing(owner, asana):
    """Somebody has started here in another browser and sends us the link it led to."""
    for path in ("/login/asana/", CONNECT):
        stranger = Person.signed_in(asana, CLEO)
        link = path_of(asana.allow(authorize_url(stranger.client, path), BEN))
        assert owner.get(link).status_code == 403
        assert gids(owner.user) == {ADA}


def test_a_start_does_not_outlive_the_session_it_was_made_in(owner, asana):
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    owner.post("/logout/")
    assert owner.get(link).status_code == 403
    assert gids(owner.user) == {ADA}


def test_nor_the_person_who_made_it(owner, asana, administrator):
    """Were the session ever to change hands in between, nothing is attached to the new one."""
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    kept = {name: value for name, value in owner.client.session.items() if "state" in name}
    assert kept
    session = administrator.session
    session.update(kept)
    session.save()
    answer = administrator.get(link)
    assert answer.status_code == 403
    assert failures.SESSION.explanation in answer.content.decode()
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


def test_nobody_is_sent_to_sign_in(db, nobody):
    assert nobody.post(CONNECT)["Location"] == "/login/"
    assert nobody.get(CONNECT)["Location"] == "/login/"


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_it_takes_an_action(owner, method):
    assert getattr(owner.client, method)(CONNECT).status_code == 405


def test_it_wants_the_sites_own_form(owner):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = owner.client.cookies
    assert stranger.post(CONNECT).status_code == 403


def test_an_outage_is_told(owner, asana):
    link = path_of(asana.allow(authorize_url(owner.client, CONNECT), BEN))
    asana.order("server_error", path="/-/oauth_token", value=503)
    answer = owner.get(link)
    assert answer.status_code == 503
    assert "Back to your accounts" in answer.content.decode()
