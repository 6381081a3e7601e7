import pytest
from django.test import Client
from qsessions.models import Session


def test_it_ends_the_session_for_good(owner):
    cookie = owner.client.cookies["onelist"].value
    answer = owner.post("/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert not Session.objects.filter(session_key=cookie).exists()
    thief = Client()
    thief.cookies["onelist"] = cookie
    assert thief.get("/accounts/")["Location"].startswith("/login/")


def test_it_says_that_asana_still_knows_the_browser(owner):
    page = owner.post("/logout/", follow=True).content.decode()
    assert "still be signed in at Asana" in page


def test_it_ends_nobody_elses_session_and_no_other_of_ones_own(owner, other_user, asana):
    at_home = type(owner).signed_in(asana, owner.account.gid)
    owner.post("/logout/")
    assert at_home.get("/accounts/").status_code == 200
    assert other_user.get("/accounts/").status_code == 200


def test_the_account_stays_linked(owner):
    owner.post("/logout/")
    owner.account.refresh_from_db()
    assert not owner.account.needs_reconnecting


@pytest.mark.parametrize("who", ["owner", "other_user", "administrator", "nobody"])
def test_it_takes_an_action(request, db, who):
    client = request.getfixturevalue(who)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/accounts/").status_code == 302


def test_it_wants_the_sites_own_form(owner):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = owner.client.cookies
    assert stranger.post("/logout/").status_code == 403
    assert owner.get("/accounts/").status_code == 200
