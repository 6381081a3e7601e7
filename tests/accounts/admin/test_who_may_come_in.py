"""Who may come into the administration, and that it shows nobody a token."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import AsanaAccount, User
from tests.accounts.administration import ACCOUNTS, FIRST, LOG, PEOPLE, REVOCATIONS
from tests.people import Person


@pytest.fixture
def helper(db) -> Client:
    """Return the client of a signed-in staff user who has no permissions."""
    user = User.objects.create_user("helper", password="helper", is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def pages(person: Person) -> list[str]:
    one, them = f"{ACCOUNTS}{person.account.pk}", f"{PEOPLE}{person.user.pk}"
    entry = f"{LOG}{person.user.history.first().pk}"
    return [
        *(FIRST, "/admin/accounts/"),
        *(ACCOUNTS, f"{one}/change/", f"{one}/history/", f"{one}/delete/"),
        *(PEOPLE, f"{them}/change/", f"{them}/history/", f"{them}/delete/"),
        *(LOG, f"{LOG}export/", f"{entry}/change/", f"{entry}/history/", REVOCATIONS),
    ]


@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
def test_it_is_the_administrators(request, owner, who):
    client = request.getfixturevalue(who)
    for path in pages(owner):
        assert client.get(path)["Location"] == f"/admin/login/?next={path}"
        assert client.post(path)["Location"] == f"/admin/login/?next={path}"


@pytest.mark.parametrize("who", ["account_manager", "administrator"])
def test_those_who_look_after_accounts_see_all_of_it(request, owner, who):
    client = request.getfixturevalue(who)
    for path in pages(owner):
        assert client.get(path).status_code == 200, path


def test_staff_without_permission_sees_the_first_page_and_nothing_on_it(helper, owner):
    for path in pages(owner):
        response = helper.get(path)
        assert response.status_code == (
            200 if path == FIRST else 404 if path == "/admin/accounts/" else 403
        )
    page = helper.get(FIRST).content.decode()
    assert "all right" not in page
    assert "asanaaccount" not in page


def test_staff_who_may_look_can_only_look(helper, owner):
    permissions = Permission.objects.filter(codename__in=["view_asanaaccount", "view_user"])
    User.objects.get(username="helper").user_permissions.set(permissions)
    one = f"{ACCOUNTS}{owner.account.pk}"
    assert helper.get(f"{one}/change/").status_code == 200
    assert helper.post(f"{one}/change/", {"name": "Eve"}).status_code == 403
    assert helper.get(f"{one}/delete/").status_code == 403
    assert helper.post(f"{one}/delete/", {"post": "yes"}).status_code == 403
    for action in ("refresh", "mark", "disconnect", "end-sessions", "delete"):
        data = {"rows": owner.account.pk, "confirmed": "yes"}
        assert helper.post(f"{ACCOUNTS}do/{action}/", data).status_code == 403
    assert AsanaAccount.objects.connected().exists()


@pytest.mark.parametrize("model", ["usersocialauth", "nonce", "association", "partial", "code"])
def test_social_auths_own_pages_are_gone(administrator, owner, model):
    assert administrator.get(f"/admin/social_django/{model}/").status_code == 404


def test_sessions_have_no_pages(administrator):
    """They would show the key, by which an administrator could take over the session."""
    assert administrator.get("/admin/qsessions/session/").status_code == 404
    assert administrator.get("/admin/sessions/session/").status_code == 404


def test_it_says_whose_it_is(administrator):
    assert "Onelist administration" in administrator.get(FIRST).content.decode()


ODD = ["", "x", "\x00", "-1", "9" * 30, "99999", "0", "' OR 1=1", "2026-13-45", "🙂", "x" * 5000]


@pytest.mark.parametrize(
    "address",
    [
        *(f"{ACCOUNTS}?{name}" for name in ("status__exact", "user__id__exact", "user", "p", "o")),
        *(f"{PEOPLE}?{name}" for name in ("is_active__exact", "groups__id__exact", "user__in")),
        *(f"{LOG}?{name}" for name in ("event__exact", "at__gte", "at__year", "by__in", "e")),
        *(f"{LOG}?at__year=2026&{name}" for name in ("at__month", "at__day")),
        *(f"{LOG}export/?{name}" for name in ("event__exact", "at__gte", "at__year", "q")),
        *(f"{REVOCATIONS}?{name}" for name in ("q", "user__id__exact", "all", "_facets")),
    ],
)
def test_no_address_breaks_a_list(administrator, address):
    for value in ODD:
        response = administrator.get(f"{address}={quote(value)}")
        assert response.status_code in {200, 302, 400, 404}, value
