"""How the syncs of a user's accounts stand, in a few numbers that an open page asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState, Worker, Workspace
from asana_tasks.querysets import count_of
from asana_tasks.sync.lease import is_held
from asana_tasks.sync.schedule import LONGEST_CLAIM

SALT: Final = "asana_tasks.sync.snapshot"


def with_states(accounts: QuerySet[AsanaAccount]) -> QuerySet[AsanaAccount]:
    """Return accounts with their sync_state, and whether a worker is alive to sync them."""
    now = timezone.now()
    near = (now - Worker.ALIVE_FOR, now + Worker.ALIVE_FOR)  # its clock may be ahead
    alive = Worker.objects.filter(seen_at__range=near)
    return accounts.select_related("sync_state").annotate(has_worker=Exists(alive))


def accounts_of(user: User) -> tuple[list[AsanaAccount], int]:
    """Return a user's accounts with their states, and how many workspaces failed, in one query."""
    failed = count_of(
        Workspace.objects.filter(account=OuterRef("pk")).exclude(last_error=""), "account"
    )
    mine = AsanaAccount.objects.filter(user=user)
    rows = list(with_states(mine).annotate(failed_workspaces=failed))
    fill_states(rows)
    return list(rows), sum(row.failed_workspaces for row in rows)


def fill_states(accounts: Iterable[AsanaAccount]) -> None:
    """Give each account without a sync_state a new, unsaved one."""
    for account in accounts:
        if not hasattr(account, "sync_state"):
            account.sync_state = SyncState(account=account)


def has_worker(accounts: Iterable[AsanaAccount]) -> bool:
    """Tell whether a worker is alive, by accounts of `with_states`."""
    return any(getattr(account, "has_worker", False) for account in accounts)


def is_claimed(state: SyncState) -> bool:
    """Tell whether a worker has claimed the account and not yet begun to sync it."""
    until, now = state.claimed_until, timezone.now()
    return until is not None and now < until <= now + LONGEST_CLAIM


def is_waiting(account: AsanaAccount) -> bool:
    """Tell whether a worker is about to sync the account, or would if one had time."""
    state, now = account.sync_state, timezone.now()
    is_due = (state.due_at is not None and state.due_at <= now) or is_claimed(state)
    return is_due and not account.needs_reconnecting and not state.pause_left


@dataclass(frozen=True)
class Snapshot:
    """The syncs of all accounts of a user, taken together."""

    syncing: bool  # an account is being synced, or is due and a worker is alive
    version: int  # rises when rows of tasks change
    tasks: int  # rows here
    workspaces: int
    workspaces_done: int
    waiting_until: str | None  # the earliest end of a 429's pause, ISO 8601
    errors: int  # accounts and workspaces that the page tells a trouble of

    @classmethod
    def of(cls, accounts: Sequence[AsanaAccount], failed_workspaces: int) -> Self:
        """Take it from accounts of `with_states`."""
        now, states = timezone.now(), [account.sync_state for account in accounts]
        may_begin = [each for each in accounts if has_worker(accounts) and is_waiting(each)]
        failed = [each for each in accounts if each.last_error or each.sync_state.last_error]
        return cls(
            syncing=bool(may_begin) or any(is_held(state, now) for state in states),
            version=sum(state.version for state in states),
            tasks=sum(state.tasks for state in states),
            workspaces=sum(state.workspaces for state in states),
            workspaces_done=sum(map(_done, accounts)),
            waiting_until=_first_end(accounts),
            errors=len(failed) + failed_workspaces,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def etag(self, accounts: Sequence[AsanaAccount]) -> str:
        """Return a short text that changes with all that the freshness line shows of syncs."""
        lines = [
            (each.pk, each.status, state.synced_at, state.last_error, state.failures)
            for each in accounts
            for state in [each.sync_state]
        ]
        shown = (self, has_worker(accounts), [is_waiting(each) for each in accounts], lines)
        return salted_hmac(SALT, repr(shown)).hexdigest()[:20]


def _done(account: AsanaAccount) -> int:
    """Return how many workspaces the sync has read; the numbers may be those of the last one."""
    state = account.sync_state
    return (
        0 if is_waiting(account) and not is_held(state, timezone.now()) else state.workspaces_done
    )


def _first_end(accounts: Iterable[AsanaAccount]) -> str | None:
    pauses: list[datetime] = [
        ends_at
        for each in accounts
        if (ends_at := each.sync_state.pause_ends_at) and not each.needs_reconnecting
    ]
    return min(pauses).isoformat() if pauses else None
