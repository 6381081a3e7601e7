"""Syncs over real HTTP with the stand-in: what they store, and what failures leave as it was."""

import itertools
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts import tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount
from asana_tasks.api import client
from asana_tasks.api.errors import NotAuthorized
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.models import SyncState, Task, Workspace
from asana_tasks.sync import engine, schedule
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import KEEP_COMPLETED
from tests.people import Person
from tests.stand_in import ADA, CLEO, DORA, EMIL, SAM

PERSONAL = "498346170860"


def states(account: AsanaAccount) -> list[str]:
    return [progress.state for progress in engine.sync_account(account)]


def state_of(account: AsanaAccount) -> SyncState:
    return SyncState.objects.get(account=account)


def gids(account: AsanaAccount) -> set[str]:
    return set(account.tasks.values_list("gid", flat=True))


@pytest.fixture
def synced(owner: Person) -> AsanaAccount:
    assert engine.run_sync(owner.account).state == "done"
    return owner.account


@pytest.fixture
def small_pages(monkeypatch) -> None:
    """Set pages of ten tasks, so that Ada's workspaces have several."""
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 10)


def test_it_keeps_open_tasks_and_those_completed_within_thirteen_weeks(synced):
    horizon = timezone.now() - KEEP_COMPLETED
    completed = synced.tasks.filter(completed=True)
    assert completed.exists()
    assert not completed.filter(completed_at__lt=horizon).exists()
    assert synced.tasks.open().count() > 50


def test_it_notes_since_when_completed_tasks_are_known(synced):
    for workspace in synced.workspaces.all():
        assert workspace.cursor - workspace.completed_since < KEEP_COMPLETED + timedelta(minutes=1)
        assert timezone.now() - workspace.completed_since >= KEEP_COMPLETED


def test_it_keeps_no_notes_and_no_comments():
    fields = {field.name for field in Task._meta.get_fields()}
    assert not fields & {"notes", "html_notes", "stories", "comments", "custom_fields"}


def test_once_more_changes_nothing(synced):
    before = list(synced.tasks.order_by("pk").values("pk", "gid", "name", "due_on", "memberships"))
    assert engine.run_sync(synced).state == "done"
    after = list(synced.tasks.order_by("pk").values("pk", "gid", "name", "due_on", "memberships"))
    assert before == after


def test_it_follows_what_changed_in_asana(synced, asana):
    task = synced.tasks.get(name="Write the plan")
    asana.change_task(task.gid, name="Write the new plan")
    engine.run_sync(synced)
    task.refresh_from_db()
    assert task.name == "Write the new plan"


def test_a_task_that_is_gone_in_asana_goes_here_too(synced, asana):
    task = synced.tasks.get(name="Write the plan")
    asana.delete_task(task.gid)
    engine.run_sync(synced)
    assert not synced.tasks.filter(gid=task.gid).exists()


def test_ten_thousand_tasks_arrive_with_progress(asana, db):
    emil = Person.stored(asana, EMIL)
    told = list(engine.sync_account(emil.account))
    assert emil.account.tasks.count() == told[-1].tasks == 10_000
    assert sum(progress.state == "page" for progress in told) == 100


def test_eight_workspaces_are_synced_side_by_side(asana, db):
    dora = Person.stored(asana, DORA)
    asana.order("latency", value=200, path="/api/1.0/tasks")
    assert engine.run_sync(dora.account).state == "done"
    assert dora.account.tasks.count() == 2000
    asked = [each["query"]["workspace"] for each in asana.requests("/api/1.0/tasks")]
    assert len(set(asked[:8])) == 8  # none waited for another one's next page


@pytest.mark.django_db(transaction=True)
def test_first_tasks_show_after_one_response_for_each_workspace(asana, monkeypatch):
    """Nobody gets a second page before the first ones are on the list."""
    dora = Person.stored(asana, DORA)
    are_shown, get_tasks = threading.Event(), client.get_tasks

    def get(*args, offset=None, **kwargs):
        assert offset is None or are_shown.wait(20)
        return get_tasks(*args, offset=offset, **kwargs)

    monkeypatch.setattr("asana_tasks.api.client.get_tasks", get)
    sync = engine.sync_account(dora.account)
    assert any(progress.state == "page" and dora.account.tasks.count() == 800 for progress in sync)
    assert len(asana.requests("/api/1.0/workspaces")) == 1
    assert len(asana.requests("/api/1.0/tasks")) == 8
    status = dora.get("/tasks/status/").json()
    assert (status["syncing"], status["tasks"], status["workspaces_done"]) == (True, 800, 0)
    assert 'id="task-' in dora.get("/tasks/").content.decode()
    are_shown.set()
    assert [progress.state for progress in sync][-1] == "done"
    assert dora.account.tasks.count() == 2000


def test_nobody_in_no_workspace_is_done_at_once(asana, db):
    cleo = Person.stored(asana, CLEO)
    assert engine.run_sync(cleo.account).state == "done"
    assert state_of(cleo.account).synced_at is not None


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("server_error", 500),
        ("server_error", 503),
        ("not_json", None),
        ("drop", None),
        ("drop", "half"),
        ("rate_limited", 30),
        ("endless_pages", None),
        ("foreign_page", None),
        ("omit_next_page", None),
        ("unreadable_row", None),
        ("empty_with_errors", None),
    ],
)
@pytest.mark.parametrize("path", ["/api/1.0/tasks", "/api/1.0/workspaces"])
def test_no_trouble_at_asana_loses_a_row(synced, asana, fault, value, path, small_pages):
    before = gids(synced)
    asana.order(fault, value=value, path=path)
    engine.run_sync(synced)
    assert gids(synced) == before
    assert synced.workspaces.filter(is_offered=True).count() == 3


@pytest.mark.parametrize("fault", ["omit_next_page", "unreadable_row", "empty_with_errors"])
def test_a_200_that_is_no_whole_list_fails_and_says_so(synced, asana, fault):
    before, synced_at = gids(synced), state_of(synced).synced_at
    asana.order(fault, path="/api/1.0/tasks")
    assert engine.run_sync(synced).state == "failed"
    assert gids(synced) == before
    assert state_of(synced).synced_at == synced_at
    assert not synced.workspaces.filter(last_error="").exists()


def test_rows_that_can_be_read_are_kept_beside_one_that_cannot(owner, asana):
    asana.order("unreadable_row", path="/api/1.0/tasks")
    engine.run_sync(owner.account)
    assert owner.account.tasks.count() > 50
    asana.heal()
    assert engine.run_sync(owner.account).state == "done"
    assert not Workspace.objects.exclude(last_error="").exists()


def test_a_short_trouble_is_outlasted(owner, asana):
    asana.order("server_error", value=503, path="/api/1.0/tasks", times=2)
    assert engine.run_sync(owner.account).state == "done"
    assert not Workspace.objects.exclude(last_error="").exists()


def test_half_a_workspace_concludes_nothing(synced, asana, small_pages):
    """The second page fails: what stood on the third is not taken for gone."""
    before, largest = gids(synced), synced.workspaces.get(name="Lighthouse Instruments")
    assert largest.tasks.count() > 30
    for progress in engine.sync_account(synced):
        if progress.state == "page":
            asana.order("server_error", value=500, path="/api/1.0/tasks")
    assert gids(synced) == before
    largest.refresh_from_db()
    assert largest.last_error


def test_one_bad_workspace_hides_none_of_the_others(synced, asana):
    asana.order("forbid_workspace", value=PERSONAL)
    asana.change_task(synced.tasks.get(name="Write the plan").gid, name="Write the new plan")
    told = states(synced)
    assert told.count("workspace_failed") == 1
    assert told.count("workspace_done") == 2
    assert synced.tasks.filter(name="Write the new plan").exists()
    bad = synced.workspaces.get(gid=PERSONAL)
    assert bad.last_error == ErrorCode.FORBIDDEN
    assert bad.tasks.exists()


def test_where_no_workspace_could_be_synced_the_copy_is_as_old_as_it_was(synced, asana):
    before = state_of(synced).synced_at
    assert before is not None
    asana.order("server_error", path="/api/1.0/tasks")
    told = engine.run_sync(synced)
    assert (told.state, told.message) == ("failed", "Asana answers with an error (500)")
    state = state_of(synced)
    assert (state.synced_at, state.reason) == (before, told.reason)
    assert told.reason == Reason(ErrorCode.HTTP_ERROR, {"status": 500})
    asana.heal()
    assert engine.run_sync(synced).state == "done"
    state = state_of(synced)
    assert state.synced_at is not None
    assert state.synced_at > before
    assert state.reason is None


def test_a_workspace_that_vanishes_keeps_its_tasks_and_says_so(synced, asana):
    asana.order("hide_workspace", value=PERSONAL)
    assert engine.run_sync(synced).state == "done"
    hidden = synced.workspaces.get(gid=PERSONAL)
    assert not hidden.is_offered
    assert hidden.last_error == ErrorCode.NOT_LISTED
    assert hidden.tasks.exists()
    asana.heal()
    engine.run_sync(synced)
    hidden.refresh_from_db()
    assert hidden.is_offered
    assert hidden.last_error == ""


def test_an_expired_access_token_is_renewed_on_the_way(synced, asana):
    asana.expire_tokens(ADA)
    assert engine.run_sync(synced).state == "done"
    refreshes = [each for each in asana.requests("/-/oauth_token") if each["status"] == 200]
    assert len(refreshes) == 1


def test_a_token_that_expires_between_pages_is_renewed_once(owner, asana, small_pages):
    pages = 0
    for progress in engine.sync_account(owner.account):
        pages += progress.state == "page"
        if progress.state == "page" and pages == 1:
            asana.expire_tokens(ADA)
    assert progress.state == "done"
    assert owner.account.tasks.count() == progress.tasks > 65
    assert not owner.account.workspaces.exclude(last_error="").exists()


def test_why_an_account_came_to_need_reconnecting_meanwhile_stays(owner):
    for progress in engine.sync_account(owner.account):
        if progress.state == "page":
            tokens.mark_needs_reconnecting(owner.account, Problem.ASKED_BY_ADMINISTRATOR)
    account = AsanaAccount.objects.get(pk=owner.account.pk)
    assert account.needs_reconnecting
    assert account.last_error == Problem.ASKED_BY_ADMINISTRATOR
    assert state_of(account).synced_at is not None


def test_a_grant_revoked_at_asana_needs_reconnecting_and_keeps_the_tasks(synced, asana):
    before = gids(synced)
    asana.revoke_grants(ADA)
    assert engine.run_sync(synced).state == "failed"
    synced.refresh_from_db()
    assert synced.needs_reconnecting
    assert gids(synced) == before


def test_what_a_change_was_told_to_wait_meanwhile_stays(synced):
    until = timezone.now() + timedelta(minutes=5)
    for progress in engine.sync_account(synced):
        if progress.state == "page":
            SyncState.objects.update(paused_until=until)
    assert state_of(synced).paused_until == until


def test_a_token_that_was_replaced_meanwhile_says_nothing_of_the_account(synced, monkeypatch):
    number = itertools.count()

    def signs_in_and_is_refused(_requests, _call):
        tokens.store(AsanaAccount.objects.get(), {"access_token": f"another {next(number)}"})
        raise NotAuthorized

    monkeypatch.setattr("asana_tasks.sync.requests.Requests.result", signs_in_and_is_refused)
    asked = engine.run_sync(synced)
    assert (asked.state, asked.message) == ("failed", "It has just been connected anew")
    assert not AsanaAccount.objects.get().needs_reconnecting


def test_a_pause_of_a_clock_that_was_ahead_is_none(synced, asana):
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        asana.order("rate_limited", value=30)
        assert engine.run_sync(synced).state == "failed"
        assert state_of(synced).pause_left == 30
    asana.heal()
    assert state_of(synced).pause_left == 0
    schedule.note_look([state_of(synced)])  # a page is opened
    assert state_of(synced).due_at <= timezone.now() + schedule.LOOKED_AT_EVERY
    SyncState.objects.update(due_at=timezone.now())
    assert schedule.due_states().exists()
    assert engine.run_sync(synced).state == "done"


def test_it_waits_as_long_as_asana_asks_to(synced, asana):
    asana.order("rate_limited", value=30)
    assert "wait 30 seconds" in engine.run_sync(synced).message
    synced.refresh_from_db()
    asana.heal()
    before = len(asana.requests())
    assert engine.run_sync(synced).state == "failed"
    assert len(asana.requests()) == before
    with time_machine.travel(timezone.now() + timedelta(seconds=40)):
        synced.refresh_from_db()
        assert engine.run_sync(synced).state == "done"
        assert state_of(synced).pause_left == 0
    assert state_of(synced).reason is None


def test_one_sync_at_a_time(owner):
    first = engine.sync_account(owner.account)
    assert next(first).state == "started"
    assert states(owner.account) == ["busy"]
    first.close()
    assert states(owner.account)[-1] == "done"


def test_a_sync_that_died_is_taken_over(owner):
    assert Lease.claim(owner.account)
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=True):
        assert Lease.claim(owner.account) is not None


def test_a_lease_that_was_taken_over_ends_the_sync(owner, monkeypatch):
    monkeypatch.setattr("asana_tasks.sync.lease.RENEW_EVERY", timedelta(0))
    told = []
    for progress in engine.sync_account(owner.account):
        told.append(progress)
        SyncState.objects.update(lease="somebody else's")
    assert told[-1].state == "failed"
    assert state_of(owner.account).lease == "somebody else's"


def test_an_account_that_is_deleted_meanwhile_ends_the_sync(owner):
    told = []
    for progress in engine.sync_account(owner.account):
        told.append(progress)
        if progress.state == "started":
            AsanaAccount.objects.all().delete()
    assert told[-1].state == "failed"
    assert "no longer connected" in told[-1].message


def test_the_same_gid_can_exist_for_two_people(synced, asana):
    sam = Person.stored(asana, SAM)
    engine.run_sync(sam.account)
    assert Workspace.objects.filter(gid=PERSONAL).count() == 2


@pytest.mark.django_db(transaction=True)
def test_threads_at_the_same_time_sync_once(asana):
    ada = Person.stored(asana, ADA)
    ended = []

    def sync() -> None:
        try:
            ended.append(engine.run_sync(ada.account).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=sync) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "done" in ended
    assert set(ended) <= {"done", "busy"}
    assert len(asana.requests("/api/1.0/workspaces")) == ended.count("done")
