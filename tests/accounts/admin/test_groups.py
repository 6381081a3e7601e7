"""Rights of groups and of people: whatever gives or takes them is in the audit log, by name."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission

from accounts import messages
from accounts.models import AuditEntry, User
from tests.accounts.admin.test_people import filled_in
from tests.accounts.administration import PEOPLE, user_of

GROUPS = "/admin/auth/group/"


@pytest.fixture
def view_user(db) -> Permission:
    return Permission.objects.get(codename="view_user")


@pytest.fixture
def readers(view_user) -> Group:
    group = Group.objects.create(name="Readers")
    group.permissions.add(view_user)
    return group


def told() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(event__in=["changed", "group_changed"]).order_by("pk")
    return [(entry.event, messages.detail_message(entry)) for entry in entries]


def test_a_new_group_is_recorded_with_its_permissions(administrator, view_user):
    data = {"name": "Readers", "permissions": [view_user.pk]}
    assert administrator.post(f"{GROUPS}add/", data).status_code == 302
    words = "Readers added; Name, permissions; given: permission accounts.view_user"
    assert told() == [("group_changed", words)]
    entry = AuditEntry.objects.get(event="group_changed")
    assert (entry.user, entry.actor, entry.by) == (None, user_of(administrator), "administrator")
    assert entry.address == "127.0.0.1"


def test_a_change_says_which_were_given_and_which_taken(administrator, readers):
    other = Permission.objects.get(codename="delete_user")
    path = f"{GROUPS}{readers.pk}/change/"
    data = {"name": "R\u202eX", "permissions": [other.pk]}
    assert administrator.post(path, data).status_code == 302
    assert told() == [
        (
            "group_changed",
            "R X changed; Name, permissions; given: permission accounts.delete_user;"
            " taken: permission accounts.view_user",
        )
    ]
    page = administrator.get(f"{GROUPS}{readers.pk}/history/").content.decode()
    assert "taken: permission accounts.view_user" in page


def test_without_a_change_nothing_is_given(administrator, readers, view_user):
    data = {"name": "Readers", "permissions": [view_user.pk]}
    administrator.post(f"{GROUPS}{readers.pk}/change/", data)
    assert told() == [("group_changed", "Readers changed")]


@pytest.mark.parametrize("way", ["page", "list"])
def test_a_group_that_is_deleted_is_taken_from_its_members(administrator, readers, way):
    member = User.objects.create_user("member")
    member.groups.add(readers)
    if way == "page":
        administrator.post(f"{GROUPS}{readers.pk}/delete/", {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": [readers.pk], "post": "yes"}
        administrator.post(GROUPS, data)
    assert not Group.objects.filter(name="Readers").exists()
    assert told() == [
        ("group_changed", "Readers deleted"),
        ("changed", "Groups; taken: group Readers"),
    ]
    assert member.history.get().by == "administrator"


def test_what_a_person_is_given_and_what_is_taken_is_named(administrator, readers, view_user):
    person = User.objects.create_user("person")
    path = f"{PEOPLE}{person.pk}/change/"
    data = filled_in(administrator, path, is_staff="on", groups=[readers.pk])
    data |= {"user_permissions": [view_user.pk], "is_active": "on"}
    assert administrator.post(path, data).status_code == 302
    data = filled_in(administrator, path, is_staff=False)
    assert administrator.post(path, data).status_code == 302
    given = "given: Staff status, group Readers, permission accounts.view_user"
    taken = "taken: Staff status, group Readers, permission accounts.view_user"
    assert [messages.detail_message(each) for each in person.history.filter(event="changed")] == [
        f"Staff status, Groups, User permissions; {taken}",
        f"Staff status, Groups, User permissions; {given}",
    ]


def test_djangos_own_log_stays_empty(administrator, readers):
    administrator.post(f"{GROUPS}{readers.pk}/change/", {"name": "R"})
    administrator.post(f"{GROUPS}{readers.pk}/delete/", {"post": "yes"})
    assert not LogEntry.objects.exists()
