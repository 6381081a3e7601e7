"""Reading of custom fields beside the tasks: whatever happens to them, the tasks are whole."""

from threading import Event
from typing import Any

import pytest

from accounts.models import AsanaAccount
from asana_tasks.models import FieldValue, SyncState, Task, Workspace
from asana_tasks.sync import engine
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.custom_fields import FieldReader, store_fields, want
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.requests import CutOff, Requests
from tests.people import Person
from tests.stand_in import StandIn

CustomFields = SyncState.CustomFields
COMPANY = "1200000000000201"
PLAN = "Write the plan"
TASKS = "/api/1.0/tasks"
HIGH = {"Priority": "High"}


@pytest.fixture
def account(owner: Person) -> AsanaAccount:
    """Return Ada's account, of which custom fields are wanted."""
    want(owner.account, CustomFields.YES)
    return owner.account


def sync(account: AsanaAccount) -> None:
    assert engine.run_sync(account).state == "done"


def read(account: AsanaAccount, stop: Event | None = None) -> None:
    """Read custom fields as the end of a sync does."""
    lease = Lease.claim(account)
    assert lease
    requests: Requests[Any] = Requests(lease, stop or Event())
    try:
        FieldReader(lease, AccountToken(account), requests).run()
    finally:
        requests.close()
        lease.release()


def forget(account: AsanaAccount) -> None:
    """Have all of them read again."""
    FieldValue.objects.all().delete()
    account.workspaces.update(fields_cursor=None)


def values(name: str) -> dict[str, str]:
    return dict(FieldValue.objects.filter(task__name=name).values_list("name", "shown"))


def state_of(account: AsanaAccount) -> SyncState:
    return SyncState.objects.get(pk=account.pk)


def asked(asana: StandIn) -> list[dict]:
    """Return the queries of requests for custom fields."""
    queries = [each["query"] for each in asana.requests(TASKS)]
    return [query for query in queries if "custom_fields" in query.get("opt_fields", "")]


def test_nobody_is_asked_for_them_who_does_not_want_them(owner, asana):
    sync(owner.account)
    assert not asked(asana)
    assert not FieldValue.objects.exists()


def test_they_come_with_the_sync_in_requests_of_their_own(account, asana):
    sync(account)
    assert values(PLAN) == HIGH
    assert values("Stand-up") == {"Priority": "Medium", "Hours": "2.5", "Promised": "2026-12-01"}
    ranks = dict(FieldValue.objects.filter(name="Priority").values_list("shown", "rank"))
    assert ranks == {"High": 0, "Medium": 1, "Low": 2}
    assert not account.workspaces.filter(fields_cursor=None).exists()
    assert len(asked(asana)) == 3
    assert all("memberships" not in query["opt_fields"] for query in asked(asana))


def test_they_follow_the_task(account, asana):
    sync(account)
    task = Task.objects.get(name=PLAN)
    [field] = asana.task(task.gid)["custom_fields"]
    asana.change_task(task.gid, custom_fields=[{**field, "display_value": "Very high"}])
    before = state_of(account).version
    asana.advance(1)  # cursors are of whole seconds
    sync(account)
    assert values(PLAN) == {"Priority": "Very high"}
    assert state_of(account).version > before
    asana.change_task(task.gid, custom_fields=[])
    asana.advance(1)
    sync(account)
    assert values(PLAN) == {}
    assert values("Stand-up")


def test_once_more_changes_nothing(account, asana):
    sync(account)
    asana.advance(1)
    before = list(FieldValue.objects.order_by("pk").values())
    version = state_of(account).version
    sync(account)
    assert list(FieldValue.objects.order_by("pk").values()) == before
    assert state_of(account).version == version


def test_a_refusal_is_remembered_and_the_tasks_are_there(account, asana):
    asana.order("fields_need_scope")
    sync(account)
    assert Task.objects.filter(name=PLAN).exists()
    assert not FieldValue.objects.exists()
    assert not account.workspaces.exclude(last_error="").exists()
    assert state_of(account).custom_fields == CustomFields.REFUSED
    assert not state_of(account).last_error
    before = len(asked(asana))
    sync(account)
    assert len(asked(asana)) == before


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("not_json", None),
        ("server_error", 503),
        ("unreadable_row", None),
        ("drop", None),
        ("empty_with_errors", None),
        ("omit_next_page", None),
        ("reject_access", None),
    ],
)
def test_any_other_trouble_is_for_the_next_sync(account, asana, fault, value):
    sync(account)
    forget(account)
    asana.order(fault, value=value, path=TASKS)
    read(account)
    asana.heal()
    assert state_of(account).custom_fields == CustomFields.YES
    assert account.workspaces.filter(fields_cursor=None).exists()
    read(account)
    assert values(PLAN) == HIGH
    assert not account.workspaces.filter(fields_cursor=None).exists()


def test_a_workspace_that_is_gone_says_nothing_of_the_others(account, asana):
    sync(account)
    forget(account)
    asana.order("hide_workspace", value="498346170860")
    read(account)
    assert state_of(account).custom_fields == CustomFields.YES
    assert values(PLAN) == HIGH


def test_what_was_cut_off_goes_on_where_it_was(account, asana, monkeypatch):
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 10)
    sync(account)
    forget(account)
    stop = Event()

    def store_one(*page):
        store_fields(*page)
        stop.set()

    monkeypatch.setattr("asana_tasks.sync.custom_fields.store_fields", store_one)
    with pytest.raises(CutOff):
        read(account, stop)
    place = Workspace.objects.get(account=account, gid=COMPANY)
    assert place.fields_offset
    assert place.fields_cursor is None
    before = len(asked(asana))
    read(account)
    assert asked(asana)[before:][0].get("offset")
    place.refresh_from_db()
    assert (place.fields_offset, place.fields_cursor) == ("", place.cursor)
    assert values(PLAN) == HIGH


def test_an_offset_that_is_not_valid_any_more_is_forgotten(account, asana):
    sync(account)
    forget(account)
    rows = account.workspaces.filter(gid=COMPANY)
    cursor = rows.get().cursor
    rows.update(fields_offset="of another day", fields_upto=cursor)
    read(account)
    assert state_of(account).custom_fields == CustomFields.YES
    assert rows.get().fields_offset == ""
    assert rows.get().fields_cursor is None
    read(account)
    assert values(PLAN) == HIGH


def test_after_a_delta_only_what_was_modified_is_read(account, asana, monkeypatch):
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 10)  # one page is crawled each time
    sync(account)
    asana.advance(1)
    sync(account)
    last = [query for query in asked(asana) if query["workspace"] == COMPANY][-1]
    assert "modified_since" in last


def test_who_wants_them_no_longer_has_none_at_once(account):
    sync(account)
    want(account, CustomFields.NO)
    assert not FieldValue.objects.exists()
    assert not account.workspaces.exclude(fields_cursor=None).exists()
    sync(account)
    assert not FieldValue.objects.exists()


def test_what_arrives_after_that_is_not_stored(account, monkeypatch):
    sync(account)
    forget(account)

    def store_late(*page):
        want(account, CustomFields.NO)
        store_fields(*page)

    monkeypatch.setattr("asana_tasks.sync.custom_fields.store_fields", store_late)
    read(account)
    assert not FieldValue.objects.exists()
    assert not account.workspaces.exclude(fields_cursor=None).exists()
