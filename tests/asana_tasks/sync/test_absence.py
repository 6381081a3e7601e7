"""Tasks that a crawl does not see: kept until Asana itself says that they are gone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import FormerTask, SyncState, Task, Workspace
from asana_tasks.querysets import Change
from asana_tasks.sync import engine
from asana_tasks.sync.passes import KEEP_COMPLETED
from asana_tasks.sync.progress import Progress
from tests.asana_tasks.conftest import named
from tests.people import Person
from tests.stand_in import ADA, DORA, EMIL, SAM, StandIn

TASKS = "/api/1.0/tasks"
COMPANY, PERSONAL = "1200000000000201", "498346170860"
PLAN = "Write the plan"


def sync(account: AsanaAccount) -> Progress:
    told = engine.run_sync(account)
    assert told.state == "done", told
    return told


def crawl(account: AsanaAccount, minutes: float = 0) -> None:
    """Make a crawl of every workspace, some minutes from now."""
    Workspace.objects.update(crawled_at=None)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        sync(account)


def gids(account: AsanaAccount) -> set[str]:
    return set(account.tasks.values_list("gid", flat=True))


def looked_for(asana: StandIn) -> list[str]:
    """Return the gids of tasks that were asked for one by one."""
    paths = [each["path"] for each in asana.requests(f"{TASKS}/")]
    return [path.removeprefix(f"{TASKS}/") for path in paths]


@pytest.fixture
def account(owner) -> AsanaAccount:
    sync(owner.account)
    return owner.account


@pytest.fixture
def small_pages(monkeypatch) -> None:
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 10)


@pytest.mark.parametrize("how", ["delete", "unassign", "assign"])
def test_what_is_gone_is_asked_for_once_and_removed(account, asana, how):
    task = account.tasks.get(name=PLAN)
    if how == "delete":
        asana.delete_task(task.gid)
    else:
        asana.assign(task.gid, None if how == "unassign" else SAM)
    sync(account)
    assert looked_for(asana) == [task.gid]
    assert not account.tasks.filter(gid=task.gid).exists()


def test_a_list_that_ends_early_removes_nothing(account, asana, small_pages):
    before = gids(account)
    asana.order("ends_early", value=3, path=TASKS, times=1)
    crawl(account)
    assert gids(account) == before
    assert looked_for(asana)


@pytest.mark.parametrize("offsets", ["position", "rank"])
def test_a_list_that_shifts_while_it_is_read_removes_nothing(account, asana, small_pages, offsets):
    if offsets == "rank":
        asana.order("rank_offsets")
    order = [task["gid"] for task in asana.tasks(ADA) if task["workspace"]["gid"] == COMPANY]
    before = gids(account)
    Workspace.objects.update(crawled_at=None)
    shifted = False
    for progress in engine.sync_account(account):
        if progress.state == "page" and not shifted:
            shifted = True
            if offsets == "rank":
                asana.move_task(order[-1], before=order[0])
            else:
                asana.unassign(order[0])
    assert progress.state == "done"
    crawl(account)
    gone = set() if offsets == "rank" else {order[0]}
    assert gids(account) == before - gone


def test_a_task_that_moved_to_another_workspace_moves_here(account, asana):
    task = account.tasks.get(name=PLAN)
    asana.move_to_workspace(task.gid, PERSONAL)
    sync(account)
    task.refresh_from_db()
    assert task.workspace.gid == PERSONAL
    assert looked_for(asana) == []


def test_a_task_that_is_still_theirs_is_kept_and_updated(account, asana, monkeypatch):
    task = account.tasks.get(name=PLAN)
    asana.change_task(task.gid, name="Write the new plan")
    Task.objects.filter(pk=task.pk).update(seen_in=0)
    Workspace.objects.update(absent_below=1, crawled_at=None)
    asana.order("ends_early", value=100, path=TASKS)  # no list shows anything
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 5)
    engine.run_sync(account)
    task.refresh_from_db()
    assert task.name == "Write the new plan"


def test_a_task_we_may_not_see_is_removed_if_its_workspace_answers(account, asana):
    task = account.tasks.get(name=PLAN)
    asana.unassign(task.gid)
    asana.order("forbid_task", value=task.gid)
    sync(account)
    assert not account.tasks.filter(gid=task.gid).exists()


def test_and_is_kept_if_the_workspace_was_blocked_meanwhile(account, asana):
    task = account.tasks.get(name=PLAN)
    asana.unassign(task.gid)
    for progress in engine.sync_account(account):
        if progress.state == "workspace_done":
            asana.order("forbid_workspace", value=COMPANY)
    assert account.tasks.filter(gid=task.gid).exists()


@pytest.mark.parametrize("fault", ["reject_access", "server_error", "rate_limited", "drop"])
def test_no_trouble_with_a_candidate_concludes_anything(account, asana, fault):
    task = account.tasks.get(name=PLAN)
    asana.delete_task(task.gid)
    asana.order(fault, path=f"{TASKS}/{task.gid}")
    engine.run_sync(account)
    assert account.tasks.filter(gid=task.gid).exists()
    asana.heal()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        sync(account)
    assert not account.tasks.filter(gid=task.gid).exists()


@pytest.fixture
def dora(asana, db) -> AsanaAccount:
    person = Person.stored(asana, DORA)
    sync(person.account)
    return person.account


def unassign_many(asana: StandIn, account: AsanaAccount, number: int) -> str:
    """Unassign tasks of one workspace; return its gid."""
    workspace = account.workspaces.first()
    for gid in workspace.tasks.values_list("gid", flat=True)[:number]:
        asana.unassign(gid)
    return workspace.gid


def test_up_to_fifty_at_once_are_asked_for(dora, asana):
    unassign_many(asana, dora, 50)
    crawl(dora)
    assert dora.tasks.count() == 1950
    assert len(looked_for(asana)) == 50


def test_more_than_fifty_wait_for_a_second_crawl_that_misses_them_too(dora, asana):
    gid = unassign_many(asana, dora, 51)
    crawl(dora)
    workspace = dora.workspaces.get(gid=gid)
    assert workspace.suspected_at is not None
    assert dora.tasks.count() == 2000
    assert looked_for(asana) == []
    assert SyncState.objects.get().due_at < timezone.now() + timedelta(seconds=62)
    crawl(dora, minutes=0.5)  # too soon
    assert dora.tasks.count() == 2000
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        sync(dora)  # by itself
    assert dora.tasks.count() == 1949
    workspace.refresh_from_db()
    assert workspace.suspected_at is None


def test_a_clock_that_was_ahead_does_not_leave_them_waiting(dora, asana):
    unassign_many(asana, dora, 60)
    crawl(dora, minutes=120)
    assert dora.tasks.count() == 2000
    crawl(dora)
    crawl(dora, minutes=2)
    assert dora.tasks.count() == 1940


def test_if_they_are_back_in_the_second_crawl_nothing_is_asked(dora, asana, monkeypatch):
    Workspace.objects.update(crawled_at=None)
    asana.order("ends_early", value=10, path=TASKS, times=8)
    engine.run_sync(dora)
    assert dora.workspaces.exclude(suspected_at=None).count() == 8
    crawl(dora, minutes=2)
    assert dora.tasks.count() == 2000
    assert looked_for(asana) == []
    assert not dora.workspaces.exclude(suspected_at=None).exists()


def test_many_are_confirmed_over_several_syncs(dora, asana):
    gid = unassign_many(asana, dora, 130)
    crawl(dora)
    crawl(dora, minutes=2)
    assert dora.workspaces.get(gid=gid).tasks.count() == 150  # 100 of them in one sync
    sync(dora)
    assert dora.workspaces.get(gid=gid).tasks.count() == 120


def test_completed_tasks_go_by_date_without_a_question(account, asana):
    long_ago = timezone.now() - KEEP_COMPLETED - timedelta(hours=1)
    gid = account.tasks.get(name=PLAN).gid
    asana.complete(gid)
    sync(account)
    asana.change_task(gid, completed_at=long_ago.isoformat())
    Task.objects.filter(gid=gid).update(completed_at=long_ago)
    crawl(account)
    assert not account.tasks.filter(gid=gid).exists()
    assert looked_for(asana) == []


def test_a_task_that_comes_back_is_the_same_one_and_not_new(account, asana, owner):
    task = account.tasks.get(name=PLAN)
    asana.unassign(task.gid)
    sync(account)
    assert FormerTask.objects.get(gid=task.gid).task_pk == task.pk
    asana.assign(task.gid, ADA)
    sync(account)
    back = account.tasks.get(gid=task.gid)
    assert (back.pk, back.change) == (task.pk, "")
    assert back.placements.count() == task.placements.count() or back.placements.exists()
    assert not FormerTask.objects.exists()
    assert owner.get(f"/tasks/{task.pk}/").status_code == 200


def test_a_task_that_was_never_here_is_new(account, asana):
    made = asana.create_task(ADA, "Something else", workspace=COMPANY)
    sync(account)
    assert account.tasks.get(gid=made["gid"]).change == Change.NEW


def test_what_the_person_completed_is_not_completed_by_others(account, asana):
    mine, theirs = account.tasks.open()[:2]
    asana.complete(mine.gid, by=ADA)
    asana.complete(theirs.gid)
    sync(account)
    changes = dict(account.tasks.values_list("gid", "change"))
    assert (changes[mine.gid], changes[theirs.gid]) == ("", Change.COMPLETED)


def test_a_workspace_that_is_not_listed_has_no_candidates(account, asana):
    task = account.tasks.filter(workspace__gid=PERSONAL).first()
    asana.delete_task(task.gid)
    asana.order("hide_workspace", value=PERSONAL)
    sync(account)
    assert account.tasks.filter(gid=task.gid).exists()
    assert account.workspaces.get(gid=PERSONAL).last_error == ErrorCode.NOT_LISTED


def test_a_clock_that_was_ahead_for_an_hour_keeps_and_hides_nothing(owner, asana, small_pages):
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        sync(owner.account)
    task = named(PLAN)
    asana.delete_task(task.gid)
    made = asana.create_task(ADA, "Something else", workspace=COMPANY)
    sync(owner.account)
    assert not owner.account.tasks.filter(gid=task.gid).exists()
    assert owner.account.tasks.filter(gid=made["gid"]).exists()


def test_ten_thousand_are_not_removed_by_one_look(asana, db):
    emil = Person.stored(asana, EMIL)
    sync(emil.account)
    asana.order("ends_early", value=100, path=TASKS, times=1)
    crawl(emil.account)
    assert emil.account.tasks.count() == 10_000
