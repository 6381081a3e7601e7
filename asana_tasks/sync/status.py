"""The status of the copies behind a user's list: accounts, ages and errors."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState, Workspace
from asana_tasks.sync import snapshot
from asana_tasks.sync.lease import is_held
from asana_tasks.sync.snapshot import Snapshot


class AccountStatus(models.TextChoices):
    NEEDS_RECONNECTING = "needs_reconnecting"
    SYNCING = "syncing"
    PAUSED = "paused"
    FAILED = "failed"
    INCOMPLETE = "incomplete"  # its first sync has not come to its end
    NEVER_SYNCED = "never_synced"
    SYNCED = "synced"


@dataclass
class SyncStatus:
    accounts: list[AsanaAccount]  # of `snapshot.with_states`
    workspaces: list[Workspace]  # with_counts(), each with its account and unfinished_pass

    @cached_property
    def snapshot(self) -> Snapshot:
        return Snapshot.of(self.accounts, sum(bool(each.last_error) for each in self.workspaces))

    @property
    def main_account(self) -> AsanaAccount | None:
        """Return the account that was linked first."""
        return self.accounts[0] if self.accounts else None

    @cached_property
    def workspace_names(self) -> dict[int, str]:
        """Return the workspaces' names by key; two of one name are told apart by their accounts."""
        times = Counter(str(each) for each in self.workspaces)
        return {
            each.pk: f"{each} ({each.account.display_name})" if times[str(each)] > 1 else str(each)
            for each in self.workspaces
        }

    @property
    def etag(self) -> str:
        return self.snapshot.etag(self.accounts)

    @property
    def lacks_worker(self) -> bool:
        """Tell whether an account is due and no worker is alive to sync it."""
        waits = any(map(snapshot.is_waiting, self.accounts))
        return waits and not snapshot.has_worker(self.accounts) and not self.snapshot.syncing

    @property
    def moves_on(self) -> bool:
        """Tell whether a sync is under way, or a first one goes on by itself soon."""
        return self.snapshot.syncing or (self.is_first_sync and not self.lacks_worker)

    @property
    def open_tasks(self) -> int:
        return sum(workspace.open_tasks for workspace in self.workspaces)

    @property
    def changed_tasks(self) -> int:
        return sum(workspace.changed_tasks for workspace in self.workspaces)

    @property
    def never_synced(self) -> bool:
        return bool(self.accounts) and not any(state.synced_at for state in self._states)

    @property
    def misses_some(self) -> bool:
        """Tell whether an account or an offered workspace was never read to its end."""
        copies = [state.synced_at for state in self._states]
        return None in [*copies, *(workspace.crawled_at for workspace in self._offered)]

    @property
    def is_incomplete(self) -> bool:
        """Tell whether tasks are likely to be missing from the list: a first sync did not end."""
        return self.misses_some and bool(self.workspaces)

    @property
    def is_first_sync(self) -> bool:
        """Tell whether a first sync goes on or is still to come, and no error keeps it."""
        accounts = {each.pk: each for each in self.accounts if not each.needs_reconnecting}
        states = [each.sync_state for each in accounts.values()]
        workspaces = [each for each in self._offered if each.account_id in accounts]
        never = [each for each in states if each.synced_at is None]
        unfinished = [each for each in workspaces if each.crawled_at is None]
        return any(not row.last_error for row in [*never, *unfinished])

    @property
    def is_certain(self) -> bool:
        """Tell whether every source was synced and none is in trouble: an empty list is true."""
        return not (self.misses_some or self.has_errors)

    @property
    def oldest(self) -> datetime | None:
        """Return when the oldest copy on the page was synced; None without a copy."""
        copies = [each.synced_at for each in self._offered if each.synced_at]
        accounts = [each.synced_at for each in self._states if each.synced_at]
        return min(copies or accounts, default=None)

    @property
    def has_errors(self) -> bool:
        reasons = [row.reason for row in [*self._states, *self.workspaces]]
        return any([*reasons, *(account.last_error for account in self.accounts)])

    @property
    def failed_first_syncs(self) -> list[tuple[AsanaAccount, AccountStatus]]:
        """Return the accounts without a first copy that can't get one as they are."""
        return [
            (account, status)
            for account, status, _ in self.by_account
            if account.sync_state.synced_at is None and status in IN_TROUBLE
        ]

    @property
    def without_workspaces(self) -> list[tuple[AsanaAccount, AccountStatus]]:
        return [(account, status) for account, status, found in self.by_account if not found]

    @property
    def by_account(self) -> list[tuple[AsanaAccount, AccountStatus, list[Workspace]]]:
        """Return each account with its status and its workspaces."""
        found = {
            account.pk: [row for row in self.workspaces if row.account_id == account.pk]
            for account in self.accounts
        }
        return [
            (each, self._status_of(each, found[each.pk]), found[each.pk]) for each in self.accounts
        ]

    def _status_of(self, account: AsanaAccount, workspaces: list[Workspace]) -> AccountStatus:
        """Return the status of an account; the most important comes first."""
        state = account.sync_state
        begins = snapshot.is_waiting(account) and snapshot.has_worker(self.accounts)
        conditions = {
            AccountStatus.NEEDS_RECONNECTING: account.needs_reconnecting,
            AccountStatus.SYNCING: begins or is_held(state, timezone.now()),
            AccountStatus.PAUSED: state.pause_left,
            AccountStatus.FAILED: state.last_error,
            AccountStatus.SYNCED: state.synced_at,
            AccountStatus.INCOMPLETE: workspaces,
        }
        found = (status for status, holds in conditions.items() if holds)
        return next(found, AccountStatus.NEVER_SYNCED)

    @property
    def _states(self) -> list[SyncState]:
        return [account.sync_state for account in self.accounts]

    @property
    def _offered(self) -> list[Workspace]:
        return [workspace for workspace in self.workspaces if workspace.is_offered]


IN_TROUBLE = {
    AccountStatus.NEEDS_RECONNECTING,
    AccountStatus.PAUSED,
    AccountStatus.FAILED,
    AccountStatus.INCOMPLETE,
}


def sync_status_of(user: User) -> SyncStatus:
    """Return the status of all accounts of a user, in two queries for any number of accounts.

    The accounts are prefetched on `user`, so that the page does not query them again.
    """
    accounts = snapshot.with_states(AsanaAccount.objects.all())
    prefetch_related_objects([user], Prefetch("asana_accounts", accounts))
    by_pk = {account.pk: account for account in user.asana_accounts.all()}
    snapshot.fill_states(by_pk.values())
    found = Workspace.objects.filter(account__in=by_pk).select_related("unfinished_pass")
    workspaces = list(found.with_counts())
    for workspace in workspaces:
        workspace.account = by_pk[workspace.account_id]
    return SyncStatus(list(by_pk.values()), workspaces)
