"""Crawls and deltas over real HTTP: what is asked for, and where a sync goes on."""

from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import Pass, SyncState, Task, Workspace
from asana_tasks.sync import engine, passes
from asana_tasks.sync.passes import needs_crawl
from asana_tasks.sync.progress import Progress
from tests.people import Person
from tests.stand_in import ADA, StandIn

TASKS = "/api/1.0/tasks"
COMPANY = "1200000000000201"
GOOD = {"cursor": timezone.now(), "pages": 5, "fields_version": passes.FIELDS_VERSION}


def asked(asana: StandIn, workspace: str = COMPANY) -> list[dict]:
    """Return the queries for tasks of a workspace."""
    rows = [each["query"] for each in asana.requests(TASKS) if each["path"] == TASKS]
    return [query for query in rows if query["workspace"] == workspace]


def sync(account: AsanaAccount) -> Progress:
    told = engine.run_sync(account)
    assert told.state == "done", told
    return told


@pytest.fixture
def small_pages(monkeypatch) -> None:
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 10)


@pytest.fixture
def account(owner, small_pages) -> AsanaAccount:
    """Return Ada's account after its first sync, in which her company has several pages."""
    sync(owner.account)
    return owner.account


def test_the_second_sync_asks_only_for_what_has_changed(account, asana):
    before = len(asana.requests(TASKS))
    sync(account)
    assert len(asana.requests(TASKS)) - before == account.workspaces.count()
    assert "modified_since" in asked(asana)[-1]


def test_a_change_arrives_with_a_delta(account, asana):
    task = account.tasks.get(name="Write the plan")
    asana.change_task(task.gid, name="Write the new plan")
    sync(account)
    assert "modified_since" in asked(asana)[-1]
    task.refresh_from_db()
    assert task.name == "Write the new plan"


def test_the_cursor_is_the_clock_of_asana(owner, asana, small_pages):
    asana.advance(-3 * 60 * 60)
    sync(owner.account)
    workspace = owner.account.workspaces.get(gid=COMPANY)
    behind = timezone.now() - workspace.cursor
    assert timedelta(hours=2, minutes=59) < behind < timedelta(hours=3, minutes=1)
    asana.change_task(owner.account.tasks.get(name="Write the plan").gid, name="Write it")
    sync(owner.account)
    assert owner.account.tasks.filter(name="Write it").exists()


def test_a_delta_looks_back_five_minutes(account, asana):
    cursor = account.workspaces.get(gid=COMPANY).cursor
    sync(account)
    since = (cursor - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert asked(asana)[-1]["modified_since"] == since


def test_a_workspace_of_one_page_is_always_crawled(owner, asana):
    sync(owner.account)
    sync(owner.account)
    assert "modified_since" not in asked(asana)[-1]


def test_a_renamed_project_comes_with_the_next_crawl(account, asana):
    project = account.projects.filter(placements__task__workspace__gid=COMPANY).first()
    asana.rename_project(project.gid, "Renamed")
    sync(account)
    project.refresh_from_db()
    assert project.name != "Renamed"
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        sync(account)
    project.refresh_from_db()
    assert project.name == "Renamed"
    assert Task.objects.search("renamed").exists()


@pytest.mark.parametrize(
    ("pages", "minutes", "expected"),
    [(2, 9, False), (2, 11, True), (100, 19, False), (100, 21, True), (1, 0, True), (0, 0, True)],
)
def test_how_often_a_workspace_is_crawled(pages, minutes, expected):
    now = timezone.now()
    at = now - timedelta(minutes=minutes)
    assert needs_crawl(Workspace(**{**GOOD, "pages": pages, "crawled_at": at}), now) is expected


@pytest.mark.parametrize(
    "odd",
    [
        {"crawled_at": None},
        {"cursor": None},
        {"fields_version": passes.FIELDS_VERSION - 1},
        {"crawled_at": timezone.now() + timedelta(hours=1)},  # our clock was ahead
        {"suspected_at": timezone.now() - timedelta(minutes=2), "suspected_number": 1},
        {"suspected_at": timezone.now() + timedelta(hours=1), "suspected_number": 1},
    ],
)
def test_what_makes_a_crawl_necessary(odd):
    now = timezone.now()
    assert not needs_crawl(Workspace(**{**GOOD, "crawled_at": now}), now)
    assert needs_crawl(Workspace(**{**GOOD, "crawled_at": now, **odd}), now)


def stopped_after(account: AsanaAccount, pages: int) -> None:
    """Sync until so many bursts of pages are stored, then stop as a worker does."""
    stop, stored = Event(), 0
    for progress in engine.sync_account(account, stop):
        stored += progress.state == "page"
        if stored >= pages:
            stop.set()
    assert progress.state == "waiting"


def test_a_crawl_that_was_stopped_goes_on_where_it_was(owner, asana, small_pages):
    stopped_after(owner.account, 2)
    assert Pass.objects.filter(modified_since=None).exists()
    assert SyncState.objects.get().lease == ""
    before = len(asked(asana))
    offset = Pass.objects.get(workspace__gid=COMPANY).offset
    sync(owner.account)
    assert asked(asana)[before]["offset"] == offset
    assert not [each for each in asked(asana)[before:] if "offset" not in each]
    assert owner.account.tasks.filter(workspace__gid=COMPANY).count() > 30
    assert not Pass.objects.exists()


def test_a_crawl_of_several_syncs_removes_nothing_that_is_there(account, asana):
    before = set(account.tasks.values_list("gid", flat=True))
    Workspace.objects.update(crawled_at=None)
    stopped_after(account, 2)
    sync(account)
    assert set(account.tasks.values_list("gid", flat=True)) == before
    assert not [each for each in asana.requests(TASKS) if each["path"] != TASKS]


def test_an_expired_offset_begins_the_crawl_anew_at_once(owner, asana, small_pages):
    stopped_after(owner.account, 2)
    asana.advance(16 * 60)
    before = len(asana.requests(TASKS))
    sync(owner.account)
    told = [each["status"] for each in asana.requests(TASKS)[before:]]
    assert told.count(400) == len(
        {each["query"]["workspace"] for each in asana.requests(TASKS) if each["status"] == 400}
    )  # each asked once
    assert told.count(400) > 0
    assert not owner.account.workspaces.exclude(last_error="").exists()


def test_an_offset_that_asana_never_accepts_ends_the_workspace_alone(owner, asana, small_pages):
    asana.order("expire_offsets")
    told = engine.run_sync(owner.account)
    assert told.state == "done"  # her smallest workspace has no second page
    failed = owner.account.workspaces.get(gid=COMPANY)
    assert failed.last_error == "rejected"
    assert len([each for each in asked(asana) if "offset" in each]) == 2
    assert not Pass.objects.exists()


def test_a_refusal_is_not_repeated(owner, asana):
    asana.order("forbid_workspace", value=COMPANY)
    engine.run_sync(owner.account)
    assert len(asked(asana)) == 1


def test_after_a_429_the_crawl_goes_on_at_its_offset(owner, asana, small_pages):
    for progress in engine.sync_account(owner.account):
        if progress.state == "page":
            asana.order("rate_limited", value=30, path=TASKS)
    assert progress.state == "failed"
    kept = Pass.objects.get(workspace__gid=COMPANY).offset
    asana.heal()
    before = len(asked(asana))
    state = SyncState.objects.get()
    assert state.due_at >= state.paused_until
    with time_machine.travel(timezone.now() + timedelta(seconds=40)):
        sync(owner.account)
    assert asked(asana)[before]["offset"] == kept


def test_rows_that_cannot_be_read_leave_the_cursor_where_it_was(account, asana):
    workspace = account.workspaces.get(gid=COMPANY)
    asana.change_task(account.tasks.get(name="Write the plan").gid, name="Write it")
    asana.order("unreadable_row", path=TASKS)
    engine.run_sync(account)
    asana.heal()
    cursor = workspace.cursor
    workspace.refresh_from_db()
    assert workspace.cursor == cursor
    sync(account)
    assert account.tasks.filter(name="Write it").exists()


def test_twenty_thousand_tasks_need_three_requests_the_second_time(asana, db):
    fay = Person.stored(asana, "1200000000000109")
    sync(fay.account)
    assert fay.account.tasks.count() == 20_000
    before = len(asana.requests())
    sync(fay.account)
    assert len(asana.requests()) - before <= 3


def test_another_token_of_the_same_account_goes_on_too(owner, asana, small_pages):
    stopped_after(owner.account, 2)
    asana.expire_tokens(ADA)
    sync(owner.account)
