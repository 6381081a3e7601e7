from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import SyncState
from tests.accounts.administration import (
    ACCOUNTS,
    PEOPLE,
    REVOCATIONS,
    ask,
    confirm,
    events,
    lines,
    user_of,
)

LOOKERS = ["account_manager", "administrator"]


@pytest.fixture
def change(owner) -> str:
    return f"{ACCOUNTS}{owner.account.pk}/change/"


def update(person, **fields) -> None:
    AsanaAccount.objects.filter(pk=person.account.pk).update(**fields)


def ago(**time: float):
    return timezone.now() - timedelta(**time)


def listed(client, **asked: str) -> list[AsanaAccount]:
    response = client.get(ACCOUNTS, asked)
    assert response.status_code == 200, response
    return list(response.context["cl"].queryset)


# The list


@pytest.mark.parametrize("text", ["Ada", "ada@example", "1200000000000101", "Okafor"])
@pytest.mark.parametrize("path", [ACCOUNTS, PEOPLE])
def test_it_finds_people_by_what_one_knows_of_them(administrator, owner, other_user, path, text):
    found = administrator.get(path, {"q": text}).context["cl"].queryset
    assert [getattr(each, "user", each) for each in found] == [owner.user]


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "\x00", "x" * 5000, "🙂"])
def test_any_search_is_answered(administrator, owner, text):
    assert administrator.get(ACCOUNTS, {"q": text}).status_code in {200, 302}


def test_it_filters_by_state(administrator, owner, other_user):
    update(owner, status="needs_reconnecting")
    assert listed(administrator, status__exact="needs_reconnecting") == [owner.account]
    assert listed(administrator, status__exact="connected") == [other_user.account]


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ("openid tasks:read", "read"),
        ("", "read"),
        ("tasks:writer xtasks:write default_ undefault", "read"),
        ("openid tasks:read tasks:write", "change"),
        ("tasks:write", "change"),
        ("openid default", "everything"),
        ("default", "everything"),
        ("tasks:write default email", "everything"),
    ],
)
def test_it_filters_by_what_we_may_do(administrator, owner, scope, may):
    update(owner, scope=scope)
    for choice in ("read", "change", "everything"):
        assert listed(administrator, may=choice) == ([owner.account] if choice == may else [])


@pytest.mark.parametrize(
    ("synced", "refreshed", "found"),
    [
        (1, None, {"day", "week"}),
        (None, 1, {"day", "week"}),
        (200, 1, {"day", "week"}),
        (72, 200, {"week"}),
        (None, 72, {"week"}),
        (200, 200, {"longer"}),
        (None, 200, {"longer"}),
        (200, None, {"longer"}),
        (None, None, {"never"}),
    ],
)
def test_it_filters_by_the_last_success(administrator, owner, synced, refreshed, found):
    update(owner, refreshed_at=ago(hours=refreshed) if refreshed else None)
    if synced:
        SyncState.objects.create(account=owner.account, synced_at=ago(hours=synced))
    for choice in ("day", "week", "longer", "never"):
        assert bool(listed(administrator, worked=choice)) == (choice in found), choice


@pytest.mark.parametrize(
    ("minutes", "found"), [(-1, "expired"), (30, "hour"), (90, "later"), (None, "none")]
)
def test_it_filters_by_what_expires(administrator, owner, minutes, found):
    update(owner, access_token_expires_at=None if minutes is None else ago(minutes=-minutes))
    for choice in ("expired", "hour", "later", "none"):
        assert bool(listed(administrator, token=choice)) == (choice == found), choice


@pytest.mark.parametrize("name", ["may", "worked", "attempt", "token"])
@pytest.mark.parametrize("value", ["", "nonsense", "day day", "0"])
def test_a_filter_that_makes_no_sense_filters_nothing(administrator, owner, name, value):
    assert listed(administrator, **{name: value}) == [owner.account]


def test_it_counts_by_state(administrator, owner, other_user):
    update(other_user, status="needs_reconnecting")
    for asked in ("", "?q=nobody", "?status__exact=connected"):
        response = administrator.get(ACCOUNTS + asked)
        counted = {state.label: state.number for state in response.context["states"]}
        assert counted == {"Connected": 1, "Needs reconnecting": 1}
        assert "?status__exact=needs_reconnecting" in response.content.decode()


def test_the_list_asks_no_more_for_more_accounts(
    administrator, owner, other_user, django_assert_num_queries
):
    administrator.get(ACCOUNTS)
    with CaptureQueriesContext(connection) as few:
        administrator.get(ACCOUNTS)
    for number in range(40):
        user = User.objects.create_user(f"user{number}")
        AsanaAccount.objects.create(user=user, gid=str(number), name="Somebody")
    with django_assert_num_queries(len(few)):
        administrator.get(ACCOUNTS)


def test_a_line_says_first_whose_it_is_and_how_it_is(administrator, owner):
    (line,) = lines(administrator.get(ACCOUNTS))
    assert list(line)[:3] == ["asana_name", "user", "status"]
    assert line["status"] == "Connected"


# No way round


def test_a_token_finds_nothing(administrator, owner):
    for secret in (owner.account.encrypted_access_token[:20], "gAAAA"):
        assert listed(administrator, q=secret) == []


@pytest.mark.parametrize(
    "lookup",
    [
        "encrypted_refresh_token__startswith",
        "encrypted_access_token__contains",
        "encrypted_access_token",
        "sync_lease__startswith",
        "label__startswith",
        "last_error__contains",
        "tasks__name__startswith",
        "tasks__isnull",
        "tasks",
        "workspaces__name__contains",
        "workspaces__gt",
        "projects__name",
        "user__password__startswith",
        "user__tasks__name__startswith",
        "user__asana_accounts__encrypted_refresh_token__startswith",
    ],
)
def test_it_cannot_be_asked_letter_by_letter(administrator, owner, lookup):
    """Filters in the address go through `list_filter` alone."""
    for path, name in ((ACCOUNTS, lookup), (PEOPLE, f"asana_accounts__{lookup}")):
        assert administrator.get(path, {name: "gAAAA"}).status_code == 400


# A page


@pytest.mark.parametrize("who", LOOKERS)
def test_it_says_how_a_link_is_doing(request, who, owner, change):
    update(owner, label="My secret job")
    page = request.getfixturevalue(who).get(change).content.decode()
    for text in ("Ada Okafor", "ada@example.com", owner.account.gid, "Connected", "tasks:read"):
        assert text in page
    assert "My secret job" not in page  # the label is the person's own


@pytest.mark.parametrize("who", LOOKERS)
def test_there_is_one_button_to_be_rid_of_it(request, who, change):
    page = request.getfixturevalue(who).get(change).content.decode()
    assert "Revoke and disconnect …" in page
    assert "deletelink" not in page


def test_whoever_may_only_delete_has_a_button_for_that(owner, other_user, change):
    permissions = Permission.objects.filter(content_type__model="asanaaccount")
    other_user.user.user_permissions.set(
        permissions.filter(codename__in=("view_asanaaccount", "delete_asanaaccount"))
    )
    User.objects.filter(pk=other_user.user.pk).update(is_staff=True)
    page = other_user.get(change).content.decode()
    assert "Revoke and disconnect" not in page
    assert "deletelink" in page


@pytest.mark.parametrize("who", LOOKERS)
def test_nobody_changes_it(request, who, owner, change):
    before = AsanaAccount.objects.values().get()
    data = {"post": "yes", "name": "Eve", "encrypted_access_token": "x"}
    assert request.getfixturevalue(who).post(change, data).status_code == 403
    assert AsanaAccount.objects.values().get() == before


@pytest.mark.parametrize("who", LOOKERS)
def test_nobody_adds_one(request, who):
    assert request.getfixturevalue(who).get(f"{ACCOUNTS}add/").status_code == 403


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "1%00", "_5F"])
def test_a_page_that_is_not_there_says_so(administrator, number):
    for page in ("change", "history", "delete"):
        response = administrator.get(f"{ACCOUNTS}{number}/{page}/")
        assert response.status_code in {200, 302, 404}
        assert "traceback" not in response.content.decode().lower()


# Being seen


@pytest.mark.parametrize("who", LOOKERS)
@pytest.mark.parametrize("page", ["change", "history"])
def test_looking_is_written_into_the_persons_history_once_an_hour(request, who, page, owner):
    client = request.getfixturevalue(who)
    for _ in range(2):
        client.get(f"{ACCOUNTS}{owner.account.pk}/{page}/")
    (entry,) = owner.user.history.filter(event="seen")
    assert (entry.by, entry.account_gid) == ("administrator", owner.account.gid)
    assert entry.actor == user_of(client)
    AuditEntry.objects.filter(pk=entry.pk).update(at=ago(minutes=61))
    client.get(f"{ACCOUNTS}{owner.account.pk}/{page}/")
    assert owner.user.history.filter(event="seen").count() == 2


@pytest.mark.parametrize("where", [ACCOUNTS, PEOPLE, REVOCATIONS])
def test_so_is_a_search_that_shows_them_alone(administrator, where, owner, other_user):
    for person in (owner, other_user):
        Revocation.objects.create(user=person.user, account_name=person.account.name)
    for search in ("", "Okafor", "a", "nobody has that name"):
        administrator.get(where, {"q": search})
    assert owner.user.history.filter(event="seen").count() == 1
    assert not other_user.user.history.filter(event="seen").exists()


def choices(client, term: str, model: str = "asanaaccount", field: str = "user") -> list[str]:
    """Return what the administration offers for a field, as its pages ask for it."""
    asked = {"app_label": "accounts", "model_name": model, "field_name": field, "term": term}
    response = client.get("/admin/autocomplete/", asked)
    return [each["text"] for each in response.json()["results"]]


def test_so_is_a_search_in_the_choices_of_a_field(administrator, owner, other_user):
    assert len(choices(administrator, "")) == 3
    assert "seen" not in events()
    for _ in range(2):
        assert choices(administrator, "Okafor") == [owner.user.username]
    entry = AuditEntry.objects.get(event="seen")
    assert (entry.user, entry.actor) == (owner.user, user_of(administrator))


@pytest.mark.parametrize("where", [ACCOUNTS, PEOPLE])
def test_so_is_the_page_that_asks_before_it_is_deleted(administrator, where, owner):
    pk = owner.account.pk if where == ACCOUNTS else owner.user.pk
    for _ in range(2):
        assert administrator.get(f"{where}{pk}/delete/").status_code == 200
    assert owner.user.history.get(event="seen").actor == user_of(administrator)


@pytest.mark.parametrize("how", [ask, confirm])
def test_so_are_all_who_are_named_before_an_action_and_after(
    account_manager, how, owner, other_user
):
    """Also if it is refused: the report names their accounts."""
    User.objects.update(is_staff=True)
    rows = [owner.account.pk, other_user.account.pk]
    for _ in range(2):
        how(account_manager, ACCOUNTS, "end-sessions", *rows)
    for person in (owner, other_user):
        assert person.user.history.get(event="seen").actor == user_of(account_manager)


def test_who_is_refused_has_not_seen_it(other_user, owner, change):
    other_user.get(change)
    other_user.user.is_staff = True
    other_user.user.save()
    assert other_user.get(change).status_code == 403
    assert "seen" not in events()


def test_its_history_is_what_happened_to_it(administrator, owner):
    page = administrator.get(f"{ACCOUNTS}{owner.account.pk}/history/").content.decode()
    assert "Signed in" in page
    assert "Seen by an administrator" in page
    assert "(root)" in page
