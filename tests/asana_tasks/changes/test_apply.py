"""Changing tasks in Asana over real HTTP: what is sent, what is kept, what is told."""

import datetime
import threading

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.changes import apply
from asana_tasks.changes.actions import Action, ActionKind
from asana_tasks.changes.apply import apply_actions
from asana_tasks.changes.messages import NOT_STORED
from asana_tasks.changes.report import Report
from asana_tasks.models import SyncState, Task
from asana_tasks.querysets import UNCHANGED
from asana_tasks.sync import engine, store
from tests.asana_tasks.conftest import named, puts
from tests.people import Person
from tests.stand_in import ADA

PLAN = "Write the plan"
APPROVAL = "Approve the floor plan"


def change(writer: Person, do: ActionKind, *names: str, due: str = "") -> Report:
    rows = Task.objects.select_related("account", "workspace__account__user")
    tasks = {task.pk: task for task in rows.filter(name__in=names)}
    assert len(tasks) == len(names)
    return apply_actions(writer.user, [Action(pk, do, due) for pk in tasks], tasks)


def take_back(writer: Person, report: Report) -> Report:
    tasks = Task.objects.in_bulk([action.task for action in report.undo])
    return apply_actions(writer.user, report.undo, tasks)


def test_completing_a_task_completes_it_in_asana_and_here(writer, asana):
    report = change(writer, ActionKind.COMPLETE, PLAN)
    assert [(done.title, done.words) for done in report.done] == [(PLAN, "Completed")]
    task = named(PLAN)
    there = asana.task(task.gid)
    assert (task.completed, there["completed"]) == (True, True)
    assert task.completed_at == datetime.datetime.fromisoformat(there["completed_at"])
    assert task.written_in is not None
    assert [each["status"] for each in puts(asana)] == [200]


def test_only_that_one_field_is_sent(writer, asana):
    before = asana.task(named(PLAN).gid)
    change(writer, ActionKind.COMPLETE, PLAN)
    after = asana.task(named(PLAN).gid)
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"completed", "completed_at", "completed_by", "modified_at"}


def test_its_undo_opens_it_again(writer, asana):
    report = take_back(writer, change(writer, ActionKind.COMPLETE, PLAN))
    assert [done.words for done in report.done] == ["Open again"]
    assert not named(PLAN).completed
    assert not asana.task(named(PLAN).gid)["completed"]


def test_what_was_so_already_has_no_undo(writer, asana):
    asana.change_task(named(PLAN).gid, completed=True)
    first = change(writer, ActionKind.COMPLETE, PLAN)
    assert first.undo
    assert change(writer, ActionKind.COMPLETE, PLAN).undo == []


@pytest.mark.parametrize(
    ("do", "status"),
    [
        (ActionKind.APPROVE, "approved"),
        (ActionKind.REQUEST_CHANGES, "changes_requested"),
        (ActionKind.REJECT, "rejected"),
    ],
)
def test_an_approval_is_decided_and_taken_back(writer, asana, do, status):
    report = change(writer, do, APPROVAL)
    task = named(APPROVAL)
    assert (task.approval_status, task.completed) == (status, True)
    assert asana.task(task.gid)["approval_status"] == status
    take_back(writer, report)
    task = named(APPROVAL)
    assert (task.approval_status, task.completed) == ("pending", False)


def test_another_decision_is_taken_back_to_the_first(writer, asana):
    change(writer, ActionKind.REJECT, APPROVAL)
    take_back(writer, change(writer, ActionKind.APPROVE, APPROVAL))
    assert named(APPROVAL).approval_status == "rejected"


def test_an_approval_is_never_completed_nor_a_task_approved(writer, asana):
    report = change(writer, ActionKind.COMPLETE, APPROVAL, PLAN)
    assert [(each.title, "approved" in each.why) for each in report.failed] == [(APPROVAL, True)]
    assert [done.title for done in report.done] == [PLAN]
    report = change(writer, ActionKind.APPROVE, PLAN)
    assert [each.why for each in report.failed] == ["It isn't an approval."]
    assert len(puts(asana)) == 1


def test_a_date_is_moved_and_taken_back(writer, asana):
    before = named(PLAN)
    report = change(writer, ActionKind.DUE, PLAN, due="2027-03-04")
    task = named(PLAN)
    assert (task.due_on, asana.task(task.gid)["due_on"]) == (
        datetime.date(2027, 3, 4),
        "2027-03-04",
    )
    assert [(done.words, done.detail) for done in report.done] == [("New date", "Thu 4 Mar 2027")]
    assert task.overdue_at > before.overdue_at
    take_back(writer, report)
    assert (named(PLAN).due_on, named(PLAN).overdue_at) == (before.due_on, before.overdue_at)


def test_a_time_that_was_taken_away_comes_back(writer, asana):
    before = named("Site visit")
    assert before.due_at
    report = change(writer, ActionKind.DUE, "Site visit", due="none")
    assert (named("Site visit").due_on, named("Site visit").due_at) == (None, None)
    take_back(writer, report)
    assert named("Site visit").due_at == before.due_at


def test_each_gets_its_own_date_back(writer, asana):
    names = ("Site visit", PLAN, "Tidy the drawer under the printer")
    before = {name: (named(name).due_on, named(name).due_at) for name in names}
    report = change(writer, ActionKind.DUE, *names, due="2027-03-04")
    moved, was = named("Site visit").due_at, before["Site visit"][1]
    assert moved is not None
    assert was is not None
    assert moved.time() == was.time()
    take_back(writer, report)
    assert {name: (named(name).due_on, named(name).due_at) for name in names} == before


def test_a_date_too_far_away_is_told(writer, asana):
    Task.objects.filter(name=PLAN).update(due_on=datetime.date(9999, 12, 30))
    report = change(writer, ActionKind.DUE, PLAN, due="+1w")
    assert [each.why for each in report.failed] == ["That date is too far away."]
    assert puts(asana) == []


def test_what_asana_refuses_is_told_in_its_own_words(writer, asana):
    task = named(PLAN)
    Task.objects.filter(pk=task.pk).update(resource_subtype="approval")
    report = change(writer, ActionKind.APPROVE, PLAN)
    assert "approval_status: Cannot write this property. Nothing" in report.failed[0].why


def test_a_task_gone_there_is_told_and_stays_until_a_sync_says_so(writer, asana):
    asana.delete_task(named(PLAN).gid)
    report = change(writer, ActionKind.COMPLETE, PLAN, "Stand-up")
    assert [(each.title, "no longer has" in each.why) for each in report.failed] == [(PLAN, True)]
    assert [done.title for done in report.done] == ["Stand-up"]
    assert not named(PLAN).completed


def test_a_workspace_that_blocks_us_is_told(writer, asana):
    task = named(PLAN)
    asana.order("forbid_workspace", value=task.workspace.gid)
    report = change(writer, ActionKind.COMPLETE, PLAN, "Dentist")
    assert [(each.title, "doesn't let you" in each.why) for each in report.failed] == [(PLAN, True)]
    assert named("Dentist").completed


# Writes whose outcome nobody knows


def test_an_answer_cut_in_the_middle_is_looked_up_and_not_sent_again(writer, asana):
    asana.order("drop", value="half", path=f"/api/1.0/tasks/{named(PLAN).gid}", times=1)
    report = change(writer, ActionKind.COMPLETE, PLAN)
    assert [done.title for done in report.done] == [PLAN]
    assert named(PLAN).completed
    assert len(puts(asana)) == 1


def test_a_write_that_never_arrived_is_told_as_not_done(writer, asana):
    asana.order("drop", path=f"/api/1.0/tasks/{named(PLAN).gid}", times=1)
    report = change(writer, ActionKind.DUE, PLAN, due="2027-03-04")
    assert "still as it was" in report.failed[0].why
    assert len(puts(asana)) == 1
    assert named(PLAN).due_on != datetime.date(2027, 3, 4)


@pytest.mark.parametrize("due", ["2027-03-04", "none"])
def test_a_date_whose_answer_got_lost_is_recognized(writer, asana, due):
    for name in (PLAN, "Site visit"):
        asana.order("drop", value="half", path=f"/api/1.0/tasks/{named(name).gid}", times=1)
    report = change(writer, ActionKind.DUE, PLAN, "Site visit", due=due)
    assert report.failed == []
    assert len(report.done) == 2


@pytest.mark.parametrize(
    ("fault", "value"), [("server_error", 503), ("not_json", None), ("drop", None)]
)
def test_in_an_outage_it_says_that_it_does_not_know(writer, asana, fault, value):
    asana.order(fault, value=value, path="/api/1.0/tasks")
    report = change(writer, ActionKind.COMPLETE, PLAN)
    assert report.failed[0].why == "Asana didn't answer. It may or may not have been changed there."
    assert report.undo == []
    assert not named(PLAN).completed
    assert len(puts(asana)) == 1


def test_an_outage_is_not_waited_for_again_and_again(writer, asana, monkeypatch):
    monkeypatch.setattr(apply, "WORKERS", 2)
    asana.order("server_error", value=503, path="/api/1.0/tasks")
    tasks = {task.pk: task for task in Task.objects.filter(completed=False)[:20]}
    report = apply_actions(writer.user, [Action(pk, ActionKind.DUE, "+1d") for pk in tasks], tasks)
    assert len(report.failed) == 20
    assert len(puts(asana)) <= 4
    assert "Not tried: Asana isn't answering." in {each.why for each in report.failed}


# Tokens and limits


def test_an_expired_token_is_renewed_once(writer, asana):
    asana.expire_tokens(ADA)
    report = change(writer, ActionKind.COMPLETE, PLAN, "Stand-up", "Dentist")
    assert len(report.done) == 3
    refreshes = [each for each in asana.requests("/-/oauth_token") if "refresh" in str(each)]
    assert len(refreshes) == 1


def test_a_fresh_token_that_is_refused_is_told(writer, asana):
    asana.order("expire_access", path="/api/1.0/tasks")
    report = change(writer, ActionKind.COMPLETE, PLAN)
    assert report.failed[0].why == "Asana doesn't let Onelist in for this task."
    assert len(puts(asana)) == 2


def test_a_revoked_grant_needs_reconnecting(writer, asana):
    asana.revoke_grants(ADA)
    report = change(writer, ActionKind.COMPLETE, PLAN, "Stand-up")
    assert {each.why for each in report.failed} == {
        "This account needs reconnecting. Nothing has been changed."
    }
    assert AsanaAccount.objects.get().needs_reconnecting


def test_it_waits_as_long_as_asana_asks_to(writer, asana):
    asana.order("rate_limited", value=30, path="/api/1.0/tasks")
    report = change(writer, ActionKind.COMPLETE, PLAN)
    assert report.failed[0].why == "Asana asks to wait 30 seconds. Nothing has been changed."
    asana.heal()
    before = len(asana.requests())
    assert "asks to wait" in change(writer, ActionKind.COMPLETE, PLAN).failed[0].why
    assert len(asana.requests()) == before
    SyncState.objects.update(paused_until=timezone.now())
    assert change(writer, ActionKind.COMPLETE, PLAN).done


def test_an_account_that_may_only_read_is_not_tried(owner, asana, writer):
    AsanaAccount.objects.update(scope="openid tasks:read")
    report = change(writer, ActionKind.COMPLETE, PLAN)
    assert "haven't allowed" in report.failed[0].why
    assert puts(asana) == []


# Many at once


def test_a_hundred_are_changed_side_by_side_and_never_more_than_eight(writer, asana, monkeypatch):
    asana.order("latency", value=20, path="/api/1.0/tasks")
    running, most, lock = 0, 0, threading.Lock()
    write = apply.write

    def counting(*args):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return write(*args)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(apply, "write", counting)
    tasks = {task.pk: task for task in Task.objects.open()}
    report = apply_actions(
        writer.user, [Action(pk, ActionKind.DUE, "2027-03-04") for pk in tasks], tasks
    )
    assert len(report.done) == len(tasks) > 50
    assert 2 < most <= apply.WORKERS


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_disconnected_meanwhile_does_no_harm(writer, asana, monkeypatch):
    keep = store.store_changed_task

    def too_late(*args):
        AsanaAccount.objects.all().delete()
        return keep(*args)

    monkeypatch.setattr(store, "store_changed_task", too_late)
    gid = named(PLAN).gid
    assert change(writer, ActionKind.COMPLETE, PLAN).done
    assert asana.task(gid)["completed"]
    assert not Task.objects.exists()


def test_what_could_not_be_stored_here_is_told_and_synced_at_once(writer, asana, monkeypatch):
    SyncState.objects.update(due_at=timezone.now() + datetime.timedelta(minutes=9))

    def full(*args):
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as trouble:
        trouble.setattr(store, "store_changed_task", full)
        report = change(writer, ActionKind.COMPLETE, PLAN)
    assert [(done.words, done.detail) for done in report.done] == [("Completed", NOT_STORED)]
    assert not report.failed
    task = named(PLAN)
    assert (task.completed, asana.task(task.gid)["completed"]) == (False, True)
    assert SyncState.objects.get().due_at <= timezone.now()
    assert engine.run_sync(writer.account).state == "done"
    task = named(PLAN)
    assert (task.completed, task.change) == (True, UNCHANGED)  # not "completed by others"
    assert len(take_back(writer, report).done) == 1
    assert not named(PLAN).completed


def test_the_page_says_that_it_is_in_asana(writer, monkeypatch):
    def full(*args):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(store, "store_changed_task", full)
    sent = {"task": named(PLAN).pk, "do": "complete"}
    response = writer.post("/tasks/change/", sent, follow=True)
    assert response.status_code == 200
    assert NOT_STORED in response.content.decode()
