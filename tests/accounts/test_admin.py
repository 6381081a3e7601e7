import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import AsanaAccount, User

LIST = "/admin/accounts/asanaaccount/"
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def change(owner) -> str:
    return f"{LIST}{owner.account.pk}/change/"


@pytest.fixture
def helper(db) -> Client:
    """On the staff, with no permission of their own."""
    user = User.objects.create_user("helper", password="helper", is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def pages(account: AsanaAccount) -> list[str]:
    return [
        "/admin/",
        "/admin/accounts/",
        LIST,
        f"{LIST}?q=ada&status__exact=connected",
        f"{LIST}{account.pk}/change/",
        f"{LIST}{account.pk}/history/",
        PEOPLE,
        f"{PEOPLE}{account.user_id}/change/",
        f"{PEOPLE}{account.user_id}/history/",
        f"{PEOPLE}{account.user_id}/delete/",
    ]


@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
def test_it_is_the_administrators(request, owner, who):
    client = request.getfixturevalue(who)
    for path in pages(owner.account):
        assert client.get(path)["Location"] == f"/admin/login/?next={path}".replace(
            "?q=ada&status__exact=connected", "%3Fq%3Dada%26status__exact%3Dconnected"
        )


def test_staff_without_permission_sees_nobodys_account(helper, owner, change):
    assert helper.get(LIST).status_code == helper.get(change).status_code == 403


def test_staff_who_may_look_can_only_look(helper, owner, change):
    codenames = ["view_asanaaccount", "change_asanaaccount", "delete_asanaaccount"]
    permissions = Permission.objects.filter(codename__in=codenames)
    User.objects.get(username="helper").user_permissions.set(permissions)
    assert helper.get(change).status_code == 200
    assert helper.post(change, {"name": "Eve"}).status_code == 403
    assert helper.post(change.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_an_administrator_sees_how_a_link_is_doing(administrator, owner, change):
    page = administrator.get(change).content.decode()
    for text in ("Ada Okafor", "ada@example.com", owner.account.gid, "Connected", "tasks:read"):
        assert text in page


def test_no_page_holds_a_token_or_its_ciphertext(administrator, owner):
    account = owner.account
    for path in pages(account):
        answer = administrator.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert "gAAAA" not in page
        assert account.encrypted_access_token not in page
        assert account.encrypted_refresh_token not in page
        assert "encrypted" not in page


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_an_administrator_changes_nothing(administrator, owner, verb):
    before = AsanaAccount.objects.values().get()
    data = {"post": "yes", "name": "Eve", "encrypted_access_token": "x"}
    answer = administrator.post(f"{LIST}{owner.account.pk}/{verb}/", data)
    assert answer.status_code == 403
    assert AsanaAccount.objects.values().get() == before


def test_an_administrator_adds_none(administrator):
    assert administrator.get(f"{LIST}add/").status_code == 403


def test_no_action_deletes_them_in_bulk(administrator, owner):
    data = {"action": "delete_selected", "_selected_action": owner.account.pk, "post": "yes"}
    administrator.post(LIST, data)
    assert AsanaAccount.objects.exists()


@pytest.mark.parametrize("text", ["Ada", "ada@example", "1200000000000101", "Okafor"])
@pytest.mark.parametrize("path", [LIST, PEOPLE])
def test_it_finds_people_by_what_one_knows_of_them(administrator, owner, other_user, path, text):
    found = administrator.get(path, {"q": text}).context["cl"].queryset
    assert [getattr(each, "user", each) for each in found] == [owner.user]


def test_a_token_finds_nothing(administrator, owner):
    for secret in (owner.account.encrypted_access_token[:20], "gAAAA"):
        assert not administrator.get(LIST, {"q": secret}).context["cl"].queryset.exists()


def test_it_cannot_be_asked_about_tokens_letter_by_letter(administrator, owner):
    """Filters in the address go through `list_filter` alone."""
    for name in ("encrypted_refresh_token__startswith", "encrypted_access_token__contains"):
        answer = administrator.get(LIST, {name: "gAAAA"})
        assert answer.status_code in {302, 400}
        answer = administrator.get(PEOPLE, {f"asana_accounts__{name}": "gAAAA"})
        assert answer.status_code in {302, 400}


def test_it_filters_by_status(administrator, owner, other_user):
    AsanaAccount.objects.filter(pk=owner.account.pk).update(status="needs_reconnecting")
    found = administrator.get(LIST, {"status__exact": "needs_reconnecting"}).context["cl"]
    assert list(found.queryset) == [owner.account]


def test_the_list_asks_no_more_for_more_accounts(
    administrator, owner, other_user, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        administrator.get(LIST)


@pytest.mark.parametrize("model", ["usersocialauth", "nonce", "association", "partial", "code"])
def test_social_auths_own_pages_are_gone(administrator, owner, model):
    assert administrator.get(f"/admin/social_django/{model}/").status_code == 404


def test_an_administrator_can_switch_somebody_off(administrator, owner):
    """Which ends their sessions with the next request."""
    path = f"{PEOPLE}{owner.user.pk}/change/"
    form = administrator.get(path).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if isinstance(value, str)}
    assert administrator.post(path, data | _dates(form)).status_code == 302
    assert not User.objects.get(pk=owner.user.pk).is_active
    assert owner.get("/accounts/")["Location"] == "/login/?next=/accounts/"


def _dates(form) -> dict[str, str]:
    joined = form.initial["date_joined"]
    return {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}


def test_an_administrator_can_add_somebody_with_a_password(administrator):
    data = {"username": "carol", "usable_password": "true"}
    data |= {"password1": "correct horse 7", "password2": "correct horse 7"}
    answer = administrator.post(f"{PEOPLE}add/", data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert User.objects.filter(username="carol").exists()


def test_whoever_came_from_asana_has_no_password_to_guess(owner, nobody):
    owner.user.is_staff = True
    owner.user.save()
    assert not owner.user.has_usable_password()
    for password in ("", "ada", "!"):
        data = {"username": "ada", "password": password}
        assert nobody.post("/admin/login/", data).status_code == 200
        assert "_auth_user_id" not in nobody.session
