"""When accounts are due, and who comes first."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState
from asana_tasks.sync import engine, schedule
from asana_tasks.sync.lease import Lease
from tests.people import Person

MINUTE = timedelta(minutes=1)


def state_of(account: AsanaAccount) -> SyncState:
    return SyncState.objects.get(account=account)


def due() -> list[AsanaAccount]:
    return [state.account for state in schedule.due_accounts(limit=10)]


def due_in(account: AsanaAccount) -> timedelta:
    due_at = state_of(account).due_at
    assert due_at is not None
    return due_at - timezone.now()


@pytest.fixture
def account(owner) -> AsanaAccount:
    return owner.account


def test_who_looks_at_their_list_is_due_once_a_minute(account):
    schedule.note_look([SyncState(account=account)])
    assert due() == [account]
    engine.run_sync(account)
    assert MINUTE - timedelta(seconds=5) < due_in(account) <= MINUTE
    assert due() == []


def test_who_looked_yesterday_is_due_every_ten_minutes_spread_evenly(account):
    now = timezone.now()
    SyncState.objects.create(account=account, looked_at=now - timedelta(days=1))
    spread = set()
    for _ in range(20):
        spread.add(schedule.next_due(state_of(account), now) - now)
    assert len(spread) > 10
    assert 9 * MINUTE <= min(spread) < max(spread) <= 11 * MINUTE


@pytest.mark.parametrize("days", [15, 400, None])
def test_who_is_away_is_not_due_until_they_come_back(account, days):
    looked_at = timezone.now() - timedelta(days=days) if days else None
    SyncState.objects.create(account=account, looked_at=looked_at, due_at=timezone.now())
    engine.run_sync(account)
    assert state_of(account).due_at is None
    assert due() == []
    SyncState.objects.update(synced_at=timezone.now() - timedelta(hours=1))
    schedule.note_look([state_of(account)])
    assert due() == [account]


def test_a_look_is_written_every_thirty_seconds_at_most(account, django_assert_num_queries):
    schedule.note_look([SyncState(account=account)])
    with django_assert_num_queries(1):
        state = state_of(account)
        schedule.note_look([state])
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        before = state.looked_at
        schedule.note_look([state])
        assert state_of(account).looked_at > before


def test_failures_back_off_to_fifteen_minutes_however_much_one_looks(account, asana):
    asana.order("server_error")
    waits = []
    now = timezone.now()
    for _ in range(8):
        with time_machine.travel(now):
            schedule.note_look([SyncState.objects.of(account)])
            assert engine.run_sync(account).state == "failed"
            waits.append(round((state_of(account).due_at - timezone.now()).total_seconds()))
            schedule.note_look([state_of(account)])
            now = timezone.now() + due_in(account) + timedelta(seconds=1)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    asana.heal()
    with time_machine.travel(now):
        assert engine.run_sync(account).state == "done"
    assert state_of(account).failures == 0


def test_what_asana_asks_to_wait_is_never_undercut(account, asana):
    asana.order("rate_limited", value=300)
    engine.run_sync(account)
    schedule.request_sync(account.user)
    schedule.note_look([state_of(account)])
    assert due_in(account) > 4 * MINUTE
    assert due() == []
    with time_machine.travel(timezone.now() + 6 * MINUTE):
        assert due() == [account]


def test_sync_now_makes_due_at_once_after_a_failure_too(account, asana):
    asana.order("server_error", path="/api/1.0/workspaces", times=3)
    engine.run_sync(account)
    assert due() == []
    assert schedule.request_sync(account.user) == 1
    assert due() == [account]


def test_who_asks_while_a_sync_is_under_way_gets_another_one(account):
    schedule.note_look([SyncState(account=account)])
    for progress in engine.sync_account(account):
        if progress.state == "page":
            schedule.request_sync(account.user)
    assert due() == [account]


def test_who_only_looks_meanwhile_does_not(account):
    schedule.note_look([SyncState(account=account)])
    for progress in engine.sync_account(account):
        if progress.state == "page":
            SyncState.objects.update(looked_at=None)
            schedule.note_look([state_of(account)])
    assert due() == []


def test_people_who_look_come_before_people_who_do_not(owner, other_user):
    now = timezone.now()
    background, looking = owner.account, other_user.account
    SyncState.objects.create(account=background, due_at=now - timedelta(hours=1))
    SyncState.objects.create(account=looking, due_at=now, looked_at=now)
    assert due() == [looking, background]


def test_who_cannot_be_synced_is_not_due(owner, other_user):
    now = timezone.now()
    for person in (owner, other_user):
        SyncState.objects.create(account=person.account, due_at=now)
    User.objects.filter(pk=owner.user.pk).update(is_active=False)
    AsanaAccount.objects.filter(pk=other_user.account.pk).update(
        status=AsanaAccount.Status.NEEDS_RECONNECTING
    )
    assert due() == []
    assert schedule.request_sync(other_user.user) == 0


def test_what_is_being_synced_is_not_due(account):
    SyncState.objects.create(account=account, due_at=timezone.now())
    lease = Lease.claim(account)
    assert due() == []
    lease.release()
    assert due() == [account]


def test_a_clock_that_was_ahead_delays_nobody(account):
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        schedule.note_look([SyncState(account=account)])
        engine.run_sync(account)
        assert Lease.claim(account)
    schedule.note_look([state_of(account)])
    with time_machine.travel(timezone.now() + MINUTE):
        assert due() == [account]
        assert Lease.claim(account)


def test_another_user_makes_nobody_elses_accounts_due(owner: Person, other_user: Person):
    for person in (owner, other_user):
        SyncState.objects.create(account=person.account)
    schedule.request_sync(other_user.user)
    assert due() == [other_user.account]
