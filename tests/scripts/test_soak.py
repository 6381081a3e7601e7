"""The ledger of the soak: each thing that must never happen is seen when it does."""

import time
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState, Task
from bench.soak.ledger import Ledger
from bench.soak.never import NEVER
from bench.soak.visitors import ROW, outcome_of
from tests.people import Person
from tests.stand_in import StandIn

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def ledger(asana: StandIn, owner_with_tasks: Person) -> Ledger:
    ledger = Ledger(asana)
    ledger.watch()
    return ledger


def settled(ledger: Ledger, since: float = 0.0) -> dict[str, int]:
    ledger.settle(since)
    return {name: number for name, number in ledger.counts.items() if name in NEVER and number}


def test_when_all_is_well_nothing_is_counted(ledger: Ledger):
    assert settled(ledger) == {}


def test_a_completion_that_asana_does_not_show_is_lost(ledger: Ledger):
    first, second = Task.objects.filter(completed=False)[:2]
    ledger.tell(first.gid, "done")
    ledger.tell(second.gid, "unknown")
    assert settled(ledger) == {"lost": 1}


def test_a_completion_behind_an_unchanged_one_is_untold(ledger: Ledger):
    done = Task.objects.filter(completed=True).first()
    ledger.tell(done.gid, "unchanged")
    assert settled(ledger) == {"untold": 1}


def test_two_writes_of_one_task_are_seen(ledger: Ledger, asana: StandIn, owner: Person):
    token = asana.grant(owner.account.gid, "tasks:read tasks:write")["access_token"]
    once, twice, refused = Task.objects.filter(completed=False)[:3]

    def complete(task: Task) -> None:
        requests.put(
            f"{asana.issuer}/tasks/{task.gid}",
            json={"data": {"completed": True}},
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        Task.objects.filter(pk=task.pk).update(completed=True)

    for task in (once, twice, twice, refused):
        complete(task)
    asana.order("server_error", value=503)
    complete(refused)
    asana.heal()
    assert settled(ledger) == {"doubled": 1}


def test_a_row_that_vanishes_is_seen_though_it_comes_back(ledger: Ledger):
    task = Task.objects.filter(completed=False).first()
    Task.objects.filter(pk=task.pk).update(gid="1")
    ledger.watch()
    Task.objects.filter(pk=task.pk).update(gid=task.gid)
    found = settled(ledger)
    assert found == {"removed": 2}  # it, and the one that it was meanwhile


def test_a_row_that_differs_is_seen(ledger: Ledger, asana: StandIn):
    renamed, reopened = Task.objects.filter(completed=False)[:2]
    asana.change_task(renamed.gid, name="Another name")
    Task.objects.filter(pk=reopened.pk).update(completed=True)
    assert settled(ledger) == {"differing": 2}


def test_an_account_that_has_to_reconnect_is_seen(ledger: Ledger):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    assert settled(ledger) == {"tokens": 1}


def test_an_account_that_is_not_synced_or_stays_leased_is_stuck(ledger: Ledger):
    assert settled(ledger, time.time() + 60) == {"stuck": 1}
    SyncState.objects.update(lease_expires_at=timezone.now() + A_MINUTE)
    assert settled(ledger) == {"stuck": 2}


def test_what_a_page_says_of_a_completion_is_told_apart(owner_with_tasks: Person):
    assert outcome_of("<form><button>Undo</button></form>") == "done"
    assert outcome_of("<li>Asana is not there. Nothing has been changed.</li>") == "unchanged"
    assert outcome_of("<li>It may or may not have been changed there.</li>") == "unknown"


def test_tasks_to_complete_are_found_on_the_page(owner_with_tasks: Person):
    task = Task.objects.filter(completed=False).first()
    Task.objects.filter(pk=task.pk).update(name="Soak 7")
    page = owner_with_tasks.get("/tasks/").content.decode()
    assert ROW.findall(page) == [(str(task.pk), task.gid)]
