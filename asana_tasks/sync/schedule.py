"""When an account is synced next: `SyncState.due_at`, which workers look for."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState
from asana_tasks.sync.lease import LIFETIME, is_free, is_held

LOOKED_AT_EVERY: Final = timedelta(seconds=60)  # while a page of the person is open
LOOKING_FOR: Final = timedelta(seconds=60)  # after a page has asked
NOTED_EVERY: Final = timedelta(seconds=30)
BACKGROUND_EVERY: Final = timedelta(minutes=10)
AWAY_AFTER: Final = timedelta(days=14)
FIRST_BACK_OFF: Final = timedelta(seconds=30)
LONGEST_BACK_OFF: Final = timedelta(minutes=15)
CLAIMED_FOR: Final = LIFETIME  # if a process dies, its lease ends at about the same time
LONGEST_CLAIM: Final = timedelta(seconds=60)  # of a job in a queue; then a lost one is queued again


def due_states() -> QuerySet[SyncState]:
    """Return states of accounts that are due and not being synced."""
    now = timezone.now()
    connected = Q(account__status=AsanaAccount.Status.CONNECTED, account__user__is_active=True)
    may_ask = Q(paused_until=None) | Q(paused_until__lte=now) | Q(paused_at__gt=now)
    return SyncState.objects.filter(connected, is_free(now), may_ask, due_at__lte=now)


def due_accounts(limit: int) -> QuerySet[SyncState]:
    """Return states of accounts that are due; those that are looked at come first."""
    looked_at = When(looked_at__gte=timezone.now() - LOOKING_FOR, then=Value(0))
    order = Case(looked_at, default=Value(1))
    return due_states().order_by(order, "due_at").select_related("account__user")[:limit]


def claim(state: SyncState, lasts: timedelta = CLAIMED_FOR) -> bool:
    """Claim a due account for one worker; return False if another was faster.

    One conditional UPDATE decides: it moves `due_at` on, so that the account is not due again
    before its sync has ended or the claim has. Pages are told until then that it is being synced.
    """
    until = timezone.now() + lasts
    mine = SyncState.objects.filter(pk=state.pk, due_at=state.due_at)
    return bool(mine.update(due_at=until, claimed_until=until))


def give_back(state: SyncState) -> None:
    """Make an account due as it was before its claim, unless a sync has begun since."""
    mine = SyncState.objects.filter(pk=state.pk, number=state.number)
    mine.update(due_at=state.due_at, claimed_until=None)


def take_job(account_id: int, number: int) -> bool:
    """Take a job that has waited in a queue; return False if it is out of date.

    It is if a sync has begun since the one with this number: another one was faster, or the broker
    has delivered the job twice. Of several who take it at the same time, one gets it.
    """
    mine = SyncState.objects.filter(pk=account_id, number=number)
    until = timezone.now() + CLAIMED_FOR
    return bool(mine.update(number=F("number") + 1, due_at=until, claimed_until=until))


def is_looked_at(state: SyncState) -> bool:
    return state.looked_at is not None and state.looked_at >= timezone.now() - LOOKING_FOR


def next_due(state: SyncState, now: datetime) -> datetime | None:
    """Return when an account is due again after a sync that ended; None for people who are away."""
    looked_at = state.looked_at
    if looked_at is None or now - looked_at > AWAY_AFTER:
        return None
    if now - looked_at <= LOOKING_FOR:
        return now + LOOKED_AT_EVERY
    spread: timedelta = BACKGROUND_EVERY * random.uniform(0.9, 1.1)  # noqa: S311  (of the load)
    return now + spread


def back_off(state: SyncState, now: datetime) -> datetime:
    """Return when to try again after `state.failures` failures in a row, pauses kept."""
    wait: timedelta = min(FIRST_BACK_OFF * 2 ** min(state.failures - 1, 10), LONGEST_BACK_OFF)
    return max(now + wait, state.pause_ends_at or now)


def request_sync(user: User) -> int:
    """Make all connected accounts of a user due now, or at the end of their pause.

    Returns how many there are.
    """
    now = timezone.now()
    accounts = user.asana_accounts.connected()
    for account in accounts.order_by("pk"):
        state, _ = SyncState.objects.get_or_create(account=account)
        due_at = state.pause_ends_at or now
        SyncState.objects.filter(pk=state.pk).update(due_at=due_at, looked_at=now)
    return len(accounts)


def make_due(account: AsanaAccount) -> None:
    """Make an account due now that Asana may have changed, unless it is paused."""
    SyncState.objects.filter(pk=account.pk).update(due_at=timezone.now())


def note_look(states: Iterable[SyncState]) -> None:
    """Note that a person looks at the list; make accounts due whose copy is older than a minute.

    Written every NOTED_EVERY at most, in rows and in `states`. An account whose syncs fail is not
    tried sooner for it.
    """
    now = timezone.now()
    for shown in sorted(states, key=lambda each: each.account_id):
        if shown.looked_at and abs(now - shown.looked_at) < NOTED_EVERY:
            continue
        state, _ = SyncState.objects.get_or_create(account_id=shown.account_id)
        stale_at = state.synced_at + LOOKED_AT_EVERY if state.synced_at else now
        # Times that are further away than any can be were noted while our clock was ahead.
        soonest = min(max(now, stale_at), now + LOOKED_AT_EVERY)
        latest = max(now + LONGEST_BACK_OFF, state.pause_ends_at or now)
        changes: dict[str, datetime] = {"looked_at": now}
        is_later = state.due_at is None or state.due_at > (latest if state.failures else soonest)
        if is_later and not is_held(state, now):  # a sync under way tells when the next one is due
            changes["due_at"] = max(soonest, state.pause_ends_at or soonest)
        SyncState.objects.filter(pk=state.pk).update(**changes)
        shown.looked_at, shown.due_at = now, changes.get("due_at", state.due_at)
