"""The status of the copies behind a user's list: accounts, ages and errors."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState, Workspace


class AccountStatus(models.TextChoices):
    NEEDS_RECONNECTING = "needs_reconnecting"
    SYNCING = "syncing"
    PAUSED = "paused"
    FAILED = "failed"
    NEVER_SYNCED = "never_synced"
    SYNCED = "synced"


@dataclass
class SyncStatus:
    accounts: list[AsanaAccount]  # each with its sync_state
    workspaces: list[Workspace]  # with_counts()

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
        """Tell whether an account or an offered workspace was never synced."""
        copies = [state.synced_at for state in self._states]
        return None in [*copies, *(workspace.synced_at for workspace in self._offered)]

    @cached_property
    def refresh_in(self) -> int | None:
        """Return the seconds until the page asks for a sync by itself; None for never."""
        usable = [each.sync_state for each in self.accounts if not each.needs_reconnecting]
        return int(min(state.due_in for state in usable)) if usable else None

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
    def failed_first_syncs(self) -> list[AsanaAccount]:
        """Return the accounts that were never synced and whose last attempt failed or is paused."""
        return [
            account
            for account, status, _ in self.by_account
            if account.sync_state.synced_at is None
            and status in {AccountStatus.FAILED, AccountStatus.PAUSED}
        ]

    @property
    def by_account(self) -> list[tuple[AsanaAccount, AccountStatus, list[Workspace]]]:
        """Return each account with its status and its workspaces."""
        return [
            (each, status_of(each), [w for w in self.workspaces if w.account_id == each.pk])
            for each in self.accounts
        ]

    @property
    def _states(self) -> list[SyncState]:
        return [account.sync_state for account in self.accounts]

    @property
    def _offered(self) -> list[Workspace]:
        return [workspace for workspace in self.workspaces if workspace.is_offered]


def status_of(account: AsanaAccount) -> AccountStatus:
    """Return the status of an account with its sync_state; the most important comes first."""
    state = account.sync_state
    if account.needs_reconnecting:
        return AccountStatus.NEEDS_RECONNECTING
    if state.is_syncing:
        return AccountStatus.SYNCING
    if state.pause_left:
        return AccountStatus.PAUSED
    if state.last_error:
        return AccountStatus.FAILED
    return AccountStatus.SYNCED if state.synced_at else AccountStatus.NEVER_SYNCED


def sync_status_of(user: User) -> SyncStatus:
    """Return the status of all accounts of a user, in two queries for any number of accounts.

    The accounts are prefetched on `user`, so that the page does not query them again.
    """
    accounts = AsanaAccount.objects.select_related("sync_state")
    prefetch_related_objects([user], Prefetch("asana_accounts", accounts))
    by_pk = {account.pk: account for account in user.asana_accounts.all()}
    for account in by_pk.values():
        if not hasattr(account, "sync_state"):
            account.sync_state = SyncState(account=account)  # until its first sync
    workspaces = list(Workspace.objects.filter(account__in=by_pk).with_counts())
    for workspace in workspaces:
        workspace.account = by_pk[workspace.account_id]
    return SyncStatus(list(by_pk.values()), workspaces)
