"""The truth line: how each source is, and the one button that helps."""

import datetime
import re

import pytest
import time_machine
from django.utils import timezone

from accounts.codes import Problem
from accounts.models import AsanaAccount
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.models import Pass, SyncState, Task, Worker, Workspace
from asana_tasks.sync import engine
from asana_tasks.sync.messages import remedy_message
from tests.markup import page_html, page_text
from tests.people import Person

SOON = datetime.timedelta(minutes=5)
A_MOMENT = datetime.timedelta(seconds=20)  # as long as a lease
PAGES = ["/tasks/", "/workspaces/"]


@pytest.fixture
def synced(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def page(person: Person) -> str:
    return " ".join(person.get("/tasks/").content.decode().split())


def without_data(html: str) -> str:
    return re.sub(r' data-[a-z]+="[^"]*"', "", html)


def stopped(person: Person) -> None:
    """Leave the rows as a first sync does that was ended in the middle, days ago."""
    long_ago = timezone.now() - 1000 * SOON
    SyncState.objects.update(synced_at=None, lease_expires_at=long_ago, tasks=1234)
    person.account.workspaces.update(synced_at=None, crawled_at=None)


def test_it_counts_and_says_as_of_when(synced):
    at = timezone.localtime(synced.account.sync_state.synced_at, datetime.UTC).strftime("%H:%M")
    text = page(synced)
    assert "1 account, 3 workspaces, 65 open tasks" in text
    assert "as of <time" in text
    assert f">{at}</time>" in text
    assert "synced now" in text or "second" in text


def test_one_that_was_never_fetched_says_so(owner):
    assert "not synced yet" in page(owner)


def test_one_that_is_being_synced_says_so(synced):
    SyncState.objects.update(lease_expires_at=timezone.now() + A_MOMENT)
    assert "syncing …" in page(synced)


def test_one_that_asana_asks_to_wait_for_says_until_when(synced):
    SyncState.objects.update(paused_until=timezone.now() + SOON)
    assert "Asana asks us to wait until" in page(synced)


def test_one_that_failed_says_why_and_offers_to_try_again(synced, asana):
    asana.order("server_error", value=503)
    engine.run_sync(synced.account)
    text = page(synced)
    assert "Asana answers with an error (503). Try again in a while; what you see is from" in text
    assert '<button form="sync-now">Try again</button>' in text


def test_one_whose_grant_is_gone_offers_to_reconnect(synced, asana):
    asana.revoke_grants(synced.account.gid)
    asana.expire_tokens(synced.account.gid)
    engine.run_sync(synced.account)
    text = page(synced)
    assert "needs reconnecting" in text
    assert ">Reconnect</button>" in text
    assert "Write the plan" in text


def test_a_workspace_that_is_no_longer_offered_says_so(synced, asana):
    asana.order("hide_workspace", value="498346170860")
    engine.run_sync(synced.account)
    assert "Asana no longer lists this workspace" in page(synced)


def test_one_that_is_due_is_called_syncing_if_a_worker_is_alive(synced):
    SyncState.objects.update(due_at=timezone.now())
    assert "syncing …" not in page(synced)
    Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)
    assert "syncing …" in page(synced)


# Nobody works

NOT_UPDATED = "The list is not being updated at the moment: tell the administrator of this site."


@pytest.mark.parametrize("path", PAGES)
def test_without_a_worker_the_page_of_one_that_is_due_says_so(synced, path):
    SyncState.objects.update(due_at=timezone.now())
    assert NOT_UPDATED in page_text(synced.get(path))
    Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)
    assert NOT_UPDATED not in page_text(synced.get(path))


def test_it_says_so_at_the_first_visit(owner):
    assert NOT_UPDATED in page_text(owner.get("/tasks/"))


def test_a_worker_that_is_dead_counts_for_nothing(synced):
    SyncState.objects.update(due_at=timezone.now())
    long_ago = timezone.now() - Worker.ALIVE_FOR - datetime.timedelta(seconds=1)
    Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED, seen_at=long_ago)
    text = page(synced)
    assert NOT_UPDATED in text
    assert '<details id="sync-status" class="sync-status in-trouble" open' in without_data(text)


def test_the_page_of_one_that_is_not_due_does_not_say_so(synced):
    SyncState.objects.update(due_at=timezone.now() + SOON)
    assert NOT_UPDATED not in page(synced)


def test_while_a_sync_runs_without_a_worker_it_does_not_say_so(synced):
    SyncState.objects.update(due_at=timezone.now(), lease_expires_at=timezone.now() + A_MOMENT)
    assert NOT_UPDATED not in page(synced)


# Without scripts

RELOADS = '<noscript><meta http-equiv="refresh" content="3"></noscript>'


@pytest.mark.parametrize("path", PAGES)
def test_while_a_sync_runs_the_page_reloads_itself_without_scripts(synced, path):
    assert "http-equiv" not in page_html(synced.get(path))
    SyncState.objects.update(lease_expires_at=timezone.now() + A_MOMENT)
    assert RELOADS in page_html(synced.get(path))


def test_it_goes_on_while_a_first_sync_waits_for_its_budget(synced):
    stopped(synced)
    SyncState.objects.update(due_at=timezone.now() + A_MOMENT, looked_at=timezone.now())
    assert RELOADS in page_html(synced.get("/tasks/"))


def test_it_does_not_for_a_worker_that_is_dead(owner):
    assert "http-equiv" not in page_html(owner.get("/tasks/"))


# What a person is told of a source that is not as it should be, and of an empty list


def test_a_first_sync_that_stopped_in_the_middle_says_that_the_list_is_incomplete(synced):
    stopped(synced)
    text = page(synced)
    assert "First sync not finished: 1,234 tasks so far, this list is incomplete" in text
    assert "its first sync is not finished, so tasks are missing" in text
    assert '<button form="sync-now">Try again</button>' in text
    assert "not all of it synced yet" in text
    assert '<details id="sync-status" class="sync-status in-trouble" open>' in without_data(text)


@pytest.mark.parametrize("path", ["/tasks/", "/tasks/?q=nothing"])
def test_a_first_sync_under_way_says_how_far_it_is(synced, path):
    stopped(synced)
    SyncState.objects.update(lease_expires_at=timezone.now() + A_MOMENT)
    text = page_text(synced.get(path))
    assert "First sync under way: 1,234 tasks so far, this list is incomplete" in text


def test_a_first_sync_that_found_nothing_yet_says_that_tasks_are_on_their_way(owner):
    SyncState.objects.create(
        account=owner.account, lease_expires_at=timezone.now() + A_MOMENT, tasks=1
    )
    text = page_text(owner.get("/tasks/"))
    assert "Your tasks are on their way" in text
    assert "First sync under way: 1 task so far" in text


def unfinished(person: Person, tasks: int) -> Workspace:
    """Return a workspace whose first crawl was cut off after so many tasks; others are complete."""
    workspace = person.account.workspaces.all()[0]
    person.account.workspaces.filter(pk=workspace.pk).update(synced_at=None, crawled_at=None)
    now = timezone.now()
    begun = {"number": 1, "offset": "x", "pages": 2, "unreadable": 0}
    Pass.objects.create(
        workspace=workspace, tasks=tasks, completed_since=now, began_at=now, **begun
    )
    return workspace


@pytest.mark.parametrize("path", PAGES)
def test_a_workspace_that_was_not_read_to_its_end_says_how_far_it_is(synced, path):
    unfinished(synced, tasks=2300)
    assert "ot all of it synced yet, 2,300 tasks so far" in page_text(synced.get(path))
    assert "this list is incomplete" in page(synced)


@pytest.mark.parametrize("path", PAGES)
def test_a_workspace_tells_its_last_complete_check_beside_its_last_changes(synced, path):
    with time_machine.travel("2026-11-23 10:00:00Z", tick=False):
        now = timezone.now()
        minutes = datetime.timedelta(minutes=1)
        Workspace.objects.update(crawled_at=now - 48 * minutes, synced_at=now - 19 * minutes)
        assert "omplete check 09:12, changes 09:41" in page_text(synced.get(path))


@pytest.mark.parametrize("path", PAGES)
def test_a_workspace_whose_tasks_were_missed_says_that_they_are_checked(synced, path):
    assert "Checking" not in page_text(synced.get(path))
    Workspace.objects.filter(gid="498346170860").update(suspected_at=timezone.now())
    text = page_text(synced.get(path))
    assert text.count("Checking: Asana left more than 50 of its tasks out the last time") == 1


def test_a_workspace_that_cannot_be_read_is_no_first_sync(synced):
    workspace = unfinished(synced, tasks=1)
    Workspace.objects.filter(pk=workspace.pk).update(last_error=ErrorCode.FORBIDDEN)
    assert 'data-first="no"' in page(synced)
    assert "this list is incomplete" in page(synced)


def test_a_whole_list_does_not_say_so(synced):
    assert "incomplete" not in page(synced)


@pytest.mark.parametrize("path", PAGES)
def test_one_that_needs_reconnecting_and_was_never_synced_says_so(owner, path):
    AsanaAccount.objects.update(status="needs_reconnecting", last_error=Problem.ACCESS_ENDED)
    text = page_text(owner.get(path))
    assert "Your tasks couldn't be synced" in text
    assert "needs reconnecting: Asana no longer lets us in" in text
    assert "Reconnect" in text
    assert "Press Sync now" not in text


@pytest.mark.parametrize("path", PAGES)
def test_one_that_has_to_wait_and_was_never_synced_says_so(owner, path):
    SyncState.objects.create(account=owner.account, paused_until=timezone.now() + SOON)
    text = page_text(owner.get(path))
    assert "Asana asks us to wait until" in text


def test_an_account_without_workspaces_is_among_those_of_others(synced):
    other = AsanaAccount.objects.create(user=synced.user, gid="77", name="Other")
    SyncState.objects.create(account=other, last_error=ErrorCode.FORBIDDEN)
    text = page_text(synced.get("/workspaces/"))
    assert "No workspace known:" in text
    assert "Asana doesn't let us see this. Ask the administrator of that workspace" in text


@pytest.mark.parametrize("path", ["/tasks/", "/tasks/?q=nothing", "/tasks/calendar/?month=1999-01"])
@pytest.mark.parametrize("trouble", ["stopped", "failed", "broken", "workspace", "another"])
def test_an_empty_list_claims_no_more_than_is_known(synced, path, trouble):
    Task.objects.all().delete()
    assert "there may be" not in page_text(synced.get(path))
    match trouble:
        case "stopped":
            stopped(synced)
        case "failed":
            SyncState.objects.update(last_error=ErrorCode.NO_RESPONSE)
        case "broken":
            AsanaAccount.objects.update(status="needs_reconnecting", last_error="access_ended")
        case "workspace":
            Workspace.objects.filter(gid="498346170860").update(last_error=ErrorCode.FORBIDDEN)
        case "another":
            AsanaAccount.objects.create(user=synced.user, gid="77")
    text = page_text(synced.get(path))
    assert "there may be" in text or "couldn't be synced" in text
    assert "Nothing to do" not in text
    assert "tasks appear here" not in text


def test_nothing_to_do_says_since_when(synced):
    Task.objects.all().delete()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=3), tick=False):
        text = page_text(synced.get("/tasks/"))
    assert "No open task was assigned to you here 3\u00a0days ago" in text


@pytest.mark.parametrize("code", ErrorCode)
def test_every_reason_has_a_remedy(code):
    assert remedy_message(Reason(code))
