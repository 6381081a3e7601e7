import pytest
from django.test import Client
from django.urls import reverse
from qsessions.models import Session

from tests.accounts.admin.test_shows_no_secret import addresses
from tests.test_who_may import ROWS, SITE, TAKES


def test_it_ends_the_session_for_good(owner):
    cookie = owner.client.cookies["onelist"].value
    response = owner.post("/logout/")
    assert (response.status_code, response["Location"]) == (302, "/login/")
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


def pages(owner) -> list[str]:
    """Return the pages that the owner may open, except the administration's login."""
    names = [name for name, (get, _) in SITE.items() if get.endswith(" 200")]
    names.remove("admin:login")
    names.remove("asana_tasks:sync_status")  # is JSON
    names.remove("manifest")  # is JSON
    names.remove("asana_tasks:view_counts")  # is JSON
    names.remove("asana_tasks:palette")  # is a part of a page
    rows = {name: [ROWS[TAKES[name]](owner)] if name in TAKES else [] for name in names}
    return [reverse(name, args=row) for name, row in rows.items()]


def test_its_button_is_on_every_page_of_somebody_signed_in(owner_with_tasks):
    walked = pages(owner_with_tasks)
    assert {"/tasks/", "/tasks/calendar/", "/workspaces/", "/accounts/"} < set(walked)
    for address in [*walked, "/nothing/of/that/kind/"]:
        page = owner_with_tasks.get(address).content.decode()
        assert '<form method="post" action="/logout/">' in page, address


def test_the_administration_has_one_on_every_page_too(owner, account_manager):
    responses = {address: account_manager.get(address) for address in addresses()}
    for address, response in responses.items():
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            assert 'action="/admin/logout/"' in response.content.decode(), address
    assert responses["/admin/"].status_code == 200
