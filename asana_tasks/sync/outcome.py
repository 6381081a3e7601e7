"""How a sync ended, as kept in SyncState, and when the next one is due."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.error_codes import Reason
from asana_tasks.models import SyncState, Task, Workspace
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import SECOND_LOOK_AFTER
from asana_tasks.sync.schedule import back_off, next_due

# How long Asana has to refuse tokens that it has just given us before the account counts as ended
REFUSED_FOR: Final = timedelta(hours=6)
REFUSED_TIMES: Final = 10  # too: a clock may jump

ENDED: Final = (
    "last_error",
    "last_error_args",
    "failures",
    "rejected_since",
    "unfinished_since",
    "due_at",
)


@transaction.atomic
def finish(lease: Lease, *, synced_at: datetime) -> None:
    """Store that the account's copy is as of `synced_at`."""
    state = lease.hold()
    state.synced_at = synced_at
    state.last_error, state.last_error_args = "", {}
    state.failures, state.rejected_since, state.unfinished_since = 0, None, None
    if not lease.was_asked_again(state):
        state.due_at = _due_with_doubts(state)
    state.save(update_fields=["synced_at", *ENDED])


def _due_with_doubts(state: SyncState) -> datetime | None:
    """Return when the next sync is due: soon, while tasks wait to be confirmed as gone."""
    now = timezone.now()
    due_at = next_due(state, now)
    offered = Workspace.objects.filter(account=state.account_id, is_offered=True, last_error="")
    doubts = []
    missed = Task.objects.filter(workspace__in=offered, seen_in__lt=F("workspace__absent_below"))
    if missed.exists():
        doubts.append(now + timedelta(seconds=1))
    if offered.exclude(suspected_at=None).exists():
        doubts.append(now + SECOND_LOOK_AFTER)
    return min([*doubts, due_at] if due_at else doubts, default=None)


@transaction.atomic
def fail(lease: Lease, reason: Reason, *, is_refused: bool = False) -> SyncState:
    """Store why the sync failed, and try again later; return the state.

    `is_refused`: Asana does not accept a token that it has just given us.
    """
    state = lease.hold()
    now = timezone.now()
    state.last_error, state.last_error_args = reason
    state.failures += 1
    state.rejected_since = (state.rejected_since or now) if is_refused else None
    state.unfinished_since = None
    if seconds := reason.args.get("seconds"):
        SyncState.objects.pause(lease.account, seconds)
        state.refresh_from_db(fields=["paused_at", "paused_until"])
    state.due_at = back_off(state, now)
    state.save(update_fields=ENDED)
    return state


def is_refused_for_good(state: SyncState) -> bool:
    since = state.rejected_since
    lasted = since is not None and timezone.now() - since >= REFUSED_FOR
    return lasted and state.failures >= REFUSED_TIMES


@transaction.atomic
def go_on_later(lease: Lease, seconds: float, *, began_at: datetime) -> None:
    """Make the account due again in some seconds, without calling it a failure.

    The next sync goes on with the one that began at `began_at`.
    """
    state = lease.hold()
    state.unfinished_since = began_at
    state.due_at = timezone.now() + timedelta(seconds=seconds)
    state.save(update_fields=["unfinished_since", "due_at"])


@transaction.atomic
def put_off(account: AsanaAccount) -> None:
    """Try an account later whose sync ended with an error of our own."""
    state = SyncState.objects.select_for_update(no_key=True).filter(pk=account.pk).first()
    if state:
        state.failures += 1
        state.due_at, state.claimed_until = back_off(state, timezone.now()), None
        state.save(update_fields=["failures", "due_at", "claimed_until"])
