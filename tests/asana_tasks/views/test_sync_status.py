"""Ask as an open page does, again and again: for a few numbers, or the freshness line."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import SyncState, Worker, Workspace
from asana_tasks.sync import engine, outcome, schedule
from asana_tasks.sync.lease import Lease
from tests.markup import page_html, page_text
from tests.outages import full
from tests.people import Person

PATH = "/tasks/status/"
SCRIPT = {"accept": "application/json"}
PART = {"accept": "text/html"}
NOTHING = {
    "syncing": False,
    "version": 0,
    "tasks": 0,
    "workspaces": 0,
    "workspaces_done": 0,
    "waiting_until": None,
    "errors": 0,
}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def worker(db) -> Worker:
    return Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)


@pytest.fixture
def synced(owner: Person) -> Person:
    engine.run_sync(owner.account)
    owner.get(PATH)  # notes the look and renews the session
    return owner


def status_of(person: Person) -> dict:
    return person.get(PATH, headers=SCRIPT).json()


def is_syncing(person: Person) -> bool:
    return bool(status_of(person)["syncing"])


def make_due(**fields) -> None:
    SyncState.objects.update(**{"due_at": timezone.now() - MINUTE, **fields})


def test_after_a_sync_it_tells_what_is_here(synced):
    state = SyncState.objects.of(synced.account)
    assert state.version > 0
    assert status_of(synced) == NOTHING | {
        "version": state.version,
        "tasks": synced.account.tasks.count(),
        "workspaces": 3,
        "workspaces_done": 3,
    }


def test_two_accounts_are_taken_together(synced):
    other = AsanaAccount.objects.create(user=synced.user, gid="77")
    counts = {"version": 7, "tasks": 5, "workspaces": 2, "workspaces_done": 1}
    SyncState.objects.create(account=other, looked_at=timezone.now(), **counts)
    mine, both = SyncState.objects.of(synced.account), status_of(synced)
    assert (both["version"], both["tasks"]) == (mine.version + 7, mine.tasks + 5)
    assert (both["workspaces"], both["workspaces_done"]) == (5, 4)


def test_another_user_is_told_of_their_own(synced, other_user):
    assert status_of(other_user) == NOTHING


def test_an_administrator_is_told_of_nothing(synced, administrator, worker):
    assert administrator.get(PATH, headers=SCRIPT).json() == NOTHING


def test_a_script_without_a_session_gets_no_page_of_sign_in(nobody, db):
    response = nobody.get(PATH, headers=SCRIPT)
    assert (response.status_code, response.content) == (401, b"")


def test_nobody_is_sent_to_sign_in(nobody, db):
    response = nobody.get(PATH, headers=PART)
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "x", ""])
def test_whoever_does_not_ask_for_html_gets_json(synced, accept):
    response = synced.get(PATH, headers={"accept": accept})
    assert response["Content-Type"] == "application/json"
    assert "Accept" in response["Vary"]


# Whether a sync is under way


def test_one_that_is_due_is_called_syncing_if_a_worker_is_alive(synced, worker):
    assert not is_syncing(synced)
    make_due()
    assert is_syncing(synced)
    assert status_of(synced)["workspaces_done"] == 0
    Worker.objects.update(seen_at=timezone.now() - Worker.ALIVE_FOR - timedelta(seconds=1))
    assert not is_syncing(synced)


def test_a_worker_that_beats_in_the_far_future_is_not_believed(synced, worker):
    make_due()
    Worker.objects.update(seen_at=timezone.now() + timedelta(hours=1))
    assert not is_syncing(synced)


def test_one_that_is_due_and_has_to_wait_is_not(synced, worker):
    make_due(paused_until=timezone.now() + MINUTE)
    assert not is_syncing(synced)


def test_one_that_needs_reconnecting_is_not(synced, worker):
    make_due()
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    assert not is_syncing(synced)


def claimed(person: Person) -> SyncState:
    """Claim the due account, as a worker does before it begins."""
    make_due()
    state = SyncState.objects.of(person.account)
    assert schedule.claim(state)
    return state


def test_one_that_a_worker_has_claimed_is(synced, worker):
    """It is due no longer and not leased yet; a page that hears "no" would look away."""
    claimed(synced)
    assert is_syncing(synced)
    engine.run_sync(synced.account)
    assert not is_syncing(synced)


def test_one_whose_job_has_been_taken_from_the_queue_is(synced, worker):
    state = claimed(synced)
    assert schedule.take_job(synced.account.pk, state.number)
    assert is_syncing(synced)
    with time_machine.travel(timezone.now() + schedule.CLAIMED_FOR - timedelta(seconds=1)):
        Worker.objects.update(seen_at=timezone.now())
        assert is_syncing(synced)


def test_a_claim_that_was_put_off_is_not(synced, worker):
    claimed(synced)
    outcome.put_off(synced.account)
    assert not is_syncing(synced)


def test_a_claim_that_was_given_back_is_due(synced, worker):
    state = claimed(synced)
    schedule.give_back(state)
    assert SyncState.objects.of(synced.account).claimed_until is None
    assert is_syncing(synced)


@pytest.mark.parametrize("ahead", [-timedelta(seconds=1), timedelta(hours=1)])
def test_a_claim_that_has_ended_or_was_made_ahead_counts_for_nothing(synced, worker, ahead):
    SyncState.objects.update(claimed_until=timezone.now() + ahead)
    assert not is_syncing(synced)


def test_one_whose_lease_is_held_is(synced):
    lease = Lease.claim(synced.account)
    assert lease
    assert is_syncing(synced)
    lease.release()
    assert not is_syncing(synced)


@pytest.mark.parametrize("age", [-timedelta(hours=1), timedelta(seconds=1)])
def test_a_lease_that_others_may_claim_counts_for_nothing(synced, age):
    SyncState.objects.update(lease="theirs", lease_expires_at=timezone.now() - age)
    assert not is_syncing(synced)


def test_it_tells_the_earliest_end_of_a_wait(synced):
    other = AsanaAccount.objects.create(user=synced.user, gid="77")
    soon, now = timezone.now() + MINUTE, timezone.now()
    SyncState.objects.create(account=other, paused_until=soon)
    SyncState.objects.filter(pk=synced.account.pk).update(paused_until=soon + MINUTE)
    assert status_of(synced)["waiting_until"] == soon.isoformat()
    SyncState.objects.filter(pk=other.pk).update(paused_until=now - MINUTE)
    assert status_of(synced)["waiting_until"] == (soon + MINUTE).isoformat()


def test_it_counts_accounts_and_workspaces_in_trouble(synced):
    AsanaAccount.objects.create(user=synced.user, gid="77", last_error="access_ended")
    assert status_of(synced)["errors"] == 1
    SyncState.objects.filter(pk=synced.account.pk).update(last_error=ErrorCode.NO_RESPONSE)
    assert status_of(synced)["errors"] == 2
    first = synced.account.workspaces.first()
    Workspace.objects.filter(pk=first.pk).update(last_error=ErrorCode.FORBIDDEN)
    assert status_of(synced)["errors"] == 3


# ETag and queries


def test_who_has_it_gets_304(synced):
    etag = synced.get(PATH, headers=SCRIPT)["ETag"]
    again = synced.get(PATH, headers={**SCRIPT, "if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == etag
    SyncState.objects.update(tasks=1)
    assert synced.get(PATH, headers={**SCRIPT, "if-none-match": etag}).status_code == 200


def test_a_browser_keeps_it_and_asks_each_time(synced):
    assert synced.get(PATH, headers=SCRIPT)["Cache-Control"] == "private, no-cache"


def test_a_sync_that_changed_no_row_changes_the_etag_alone(synced):
    before = synced.get(PATH, headers=SCRIPT)
    engine.run_sync(synced.account)
    after = synced.get(PATH, headers=SCRIPT)
    assert after.json()["version"] == before.json()["version"]
    assert after["ETag"] != before["ETag"]


def test_the_page_names_the_etag_and_the_version_of_what_it_shows(synced):
    page = page_html(synced.get("/tasks/"))
    response = synced.get(PATH, headers=SCRIPT)
    assert f"data-etag={response['ETag']}" in page
    assert f'data-version="{response.json()["version"]}"' in page


def test_it_is_one_query_beside_session_and_user(synced, django_assert_num_queries):
    AsanaAccount.objects.create(user=synced.user, gid="77")
    synced.get(PATH, headers=SCRIPT)
    with django_assert_num_queries(3):
        synced.get(PATH, headers=SCRIPT)


# Looking


@pytest.fixture
def later(worker: Worker) -> Iterator[datetime]:
    """Let five minutes pass, with a worker that is alive; yield the time."""
    with time_machine.travel(timezone.now() + 5 * MINUTE, tick=False):
        Worker.objects.update(seen_at=timezone.now())
        yield timezone.now()


@pytest.mark.parametrize("path", [PATH, "/tasks/"])
def test_asking_makes_a_stale_copy_due(synced, later, path):
    SyncState.objects.update(due_at=None)
    synced.get(path)
    state = SyncState.objects.of(synced.account)
    assert state.looked_at == state.due_at == later


@pytest.mark.parametrize("path", [PATH, "/tasks/"])
def test_it_writes_that_every_half_a_minute(synced, later, path):
    synced.get(path)
    with CaptureQueriesContext(connection) as queries:
        synced.get(path)
    assert not [each for each in queries if not each["sql"].startswith("SELECT")]


def test_what_it_makes_due_is_in_the_response(synced, later):
    SyncState.objects.update(due_at=None)
    assert is_syncing(synced)


def test_an_account_without_a_sync_yet_becomes_due(owner, worker):
    assert is_syncing(owner)
    assert SyncState.objects.filter(account=owner.account, due_at__lte=timezone.now()).exists()


def test_one_that_needs_reconnecting_does_not(owner):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    status_of(owner)
    assert not SyncState.objects.exists()


@pytest.mark.django_db(transaction=True)  # an error within a transaction would end it
@pytest.mark.parametrize("path", [PATH, "/tasks/"])
def test_it_is_answered_while_nothing_can_be_written(synced, path):
    with time_machine.travel(timezone.now() + 5 * MINUTE, tick=False), full():
        assert synced.get(path).status_code == 200


# The freshness line


def test_for_html_it_is_the_freshness_line_alone(synced):
    response = synced.get(PATH, headers=PART)
    text = page_text(response)
    assert "1 account, 3 workspaces, 65 open tasks" in text
    assert "as of" in text
    assert text.startswith('<details id="sync-status"')
    assert text.endswith("</details>")
    assert "no-store" in response["Cache-Control"]
    assert "Accept" in response["Vary"]


def test_the_line_of_another_user_names_nothing_of_the_owners(synced, other_user):
    text = page_text(other_user.get(PATH, headers=PART))
    assert str(synced.account.workspaces.first()) not in text
    assert "0 workspaces" in text


def test_without_accounts_there_is_no_line(administrator):
    assert page_text(administrator.get(PATH, headers=PART)) == ""


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_tells(synced, method):
    assert getattr(synced.client, method)(PATH).status_code == 405
