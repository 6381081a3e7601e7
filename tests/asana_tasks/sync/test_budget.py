"""The budget of requests of an account, and what a sync does when it is used up."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from asana_tasks.models import Pass, SyncState, Workspace
from asana_tasks.sync import budget, engine
from tests.people import Person
from tests.stand_in import EMIL


@pytest.fixture(autouse=True)
def limit(settings) -> None:
    settings.ASANA_REQUESTS_PER_MINUTE = 150


@pytest.fixture
def account(owner):
    SyncState.objects.create(account=owner.account)
    return owner.account


def counted() -> int:
    kept = SyncState.objects.get().requests
    return sum(int(each.partition(":")[2]) for each in kept.split())


def test_syncs_take_two_thirds_of_what_asana_allows(account):
    assert budget.reserve(account, 70) == (70, 0)
    assert budget.reserve(account, 70) == (30, 0)
    granted = budget.reserve(account, 1)
    assert granted.requests == 0
    assert 60 <= granted.wait <= 65


def test_no_minute_gets_more(account):
    """Take whatever is given, each second for five minutes."""
    began = timezone.now().replace(microsecond=0)
    given: Counter[int] = Counter()
    for second in range(300):
        with time_machine.travel(began + timedelta(seconds=second), tick=False):
            given[second] += budget.reserve(account, 40).requests
    minutes = [sum(given[second + each] for each in range(60)) for second in range(240)]
    assert max(minutes) <= 100
    assert sum(given.values()) >= 450


def test_after_a_429_the_requests_are_spread_over_the_minute(account):
    SyncState.objects.pause(account, seconds=10)
    began = timezone.now()
    with time_machine.travel(began + timedelta(seconds=11), tick=False):
        first = budget.reserve(account, 100)
        granted = budget.reserve(account, 1)
    assert first.requests == 8
    assert granted.requests == 0
    assert granted.wait <= budget.SLOT
    with time_machine.travel(began + timedelta(hours=1, minutes=2), tick=False):
        assert budget.reserve(account, 100).requests == 100


def test_what_was_not_sent_is_given_back(account):
    budget.reserve(account, 100)
    budget.return_unused(account, 60)
    assert budget.reserve(account, 100).requests == 60


def test_a_clock_that_was_ahead_leaves_nothing_used_up(account):
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        budget.reserve(account, 100)
    assert budget.reserve(account, 100).requests == 100


def test_a_paid_plan_has_ten_times_as_many(account, settings):
    settings.ASANA_REQUESTS_PER_MINUTE = 1500
    assert budget.reserve(account, 5000).requests == 1000


@pytest.mark.django_db(transaction=True)
def test_threads_at_the_same_time_get_no_more_together(owner):
    SyncState.objects.create(account=owner.account)
    given: list[int] = []

    def take() -> None:
        try:
            given.extend(budget.reserve(owner.account, 7).requests for _ in range(8))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(given) == 100


def test_a_sync_that_has_used_it_up_goes_on_a_minute_later(asana, db):
    asana.order("rate_limit", value=150)
    emil = Person.stored(asana, EMIL)
    told = engine.run_sync(emil.account)
    assert told.state == "waiting"
    assert 0 < told.seconds <= 65
    read = Pass.objects.get().tasks
    assert 9_000 <= read == emil.account.tasks.count()
    due_at = SyncState.objects.get().due_at
    asana.advance(70)
    with time_machine.travel(due_at, tick=True):
        assert engine.run_sync(emil.account).state == "done"
    assert emil.account.tasks.count() == 10_000
    assert not [each for each in asana.requests() if each["status"] == 429]


def test_a_sync_gives_back_what_it_has_not_sent(owner, asana):
    engine.run_sync(owner.account)
    assert counted() == len(asana.requests("/api/1.0/"))


@pytest.mark.parametrize(
    ("path", "times"),
    [("/api/1.0/tasks", 6), ("/api/1.0/tasks", 2), ("/api/1.0/workspaces", 2)],
)
def test_requests_that_are_sent_again_count_too(owner, asana, path, times):
    asana.order("server_error", value=503, path=path, times=times)
    assert engine.run_sync(owner.account).state in {"done", "failed"}
    assert counted() == len(asana.requests("/api/1.0/"))


def test_so_do_those_for_a_task_that_a_crawl_has_missed(owner, asana):
    engine.run_sync(owner.account)
    gid = owner.account.tasks.first().gid
    asana.unassign(gid)
    SyncState.objects.update(requests="")
    before = len(asana.requests("/api/1.0/"))
    asana.order("server_error", value=503, path=f"/api/1.0/tasks/{gid}", times=2)
    engine.run_sync(owner.account)
    assert not owner.account.tasks.filter(gid=gid).exists()
    assert counted() == len(asana.requests("/api/1.0/")) - before


def test_who_has_sent_more_than_was_granted_gets_less_then(owner, asana, settings):
    """Each request for tasks is sent three times: what was granted last is spent, and no more."""
    settings.ASANA_REQUESTS_PER_MINUTE = 9  # 6 for syncs
    asana.order("server_error", value=503, path="/api/1.0/tasks")
    assert engine.run_sync(owner.account).state in {"waiting", "failed"}
    sent = len(asana.requests("/api/1.0/"))
    assert sent == 1 + 3 * 3
    assert counted() == 6


def test_more_workspaces_than_requests_a_minute_are_read_in_turns(owner, asana, settings):
    settings.ASANA_REQUESTS_PER_MINUTE = 5  # 3 for syncs: the workspaces' list and two of three
    began = timezone.now()
    assert engine.run_sync(owner.account).state == "waiting"
    state = SyncState.objects.get()
    assert (state.workspaces, state.workspaces_done) == (3, 2)
    read = list(Workspace.objects.exclude(synced_at=None).values_list("pk", flat=True))
    assert len(read) == 2
    with time_machine.travel(state.due_at, tick=True):
        last = engine.run_sync(owner.account)
    assert (last.state, last.workspaces, last.workspaces_done) == ("done", 3, 3)
    state.refresh_from_db()
    in_first_turn = began + timedelta(seconds=30)
    assert began <= state.synced_at < in_first_turn  # as old as what was read first
    assert state.unfinished_since is None
    assert all(each.synced_at < in_first_turn for each in Workspace.objects.filter(pk__in=read))


def test_a_failure_ends_what_was_unfinished(owner, asana, settings):
    settings.ASANA_REQUESTS_PER_MINUTE = 5
    engine.run_sync(owner.account)
    due_at = SyncState.objects.get().due_at
    asana.order("rate_limited", value=30)
    with time_machine.travel(due_at, tick=True):
        assert engine.run_sync(owner.account).state == "failed"
    assert SyncState.objects.get().unfinished_since is None
