"""Where the list comes from, how old each copy is, and what is wrong with any of them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.models import Workspace
from asana_tasks.sync import engine


@dataclass
class SyncStatus:
    accounts: list[AsanaAccount]
    workspaces: list[Workspace]  # with_counts()

    @property
    def open_tasks(self) -> int:
        return sum(workspace.open_tasks for workspace in self.workspaces)

    @property
    def changed_tasks(self) -> int:
        return sum(workspace.changed_tasks for workspace in self.workspaces)

    @property
    def never_fetched(self) -> bool:
        return bool(self.accounts) and all(account.synced_at is None for account in self.accounts)

    @property
    def misses_some(self) -> bool:
        """There may be tasks of which nothing has been fetched yet."""
        offered = (workspace for workspace in self.workspaces if workspace.is_offered)
        copies = [account.synced_at for account in self.accounts]
        return None in [*copies, *(workspace.synced_at for workspace in offered)]

    @cached_property
    def refresh_in(self) -> int | None:
        """Seconds until the page should ask for a refresh by itself; None while it need not."""
        waits = [engine.stale_in(account) for account in self.accounts if engine.may_ask(account)]
        return max(0, int(min(waits))) if waits else None

    @property
    def oldest(self) -> datetime | None:
        """How old the oldest copy on the page is."""
        offered = [workspace for workspace in self.workspaces if workspace.is_offered]
        copies = [each.synced_at for each in offered if each.synced_at]
        accounts = [each.synced_at for each in self.accounts if each.synced_at]
        return min(copies or accounts, default=None)

    @property
    def is_troubled(self) -> bool:
        errors = [account.last_error for account in self.accounts]
        return any(errors + [workspace.last_error for workspace in self.workspaces])

    @property
    def failed_first_fetches(self) -> list[AsanaAccount]:
        """Accounts of which nothing has ever been fetched, because every attempt failed."""
        return [each for each in self.accounts if each.last_error and each.synced_at is None]

    @property
    def by_account(self) -> list[tuple[AsanaAccount, str, list[Workspace]]]:
        """Each account, its state, and its workspaces."""
        return [
            (
                account,
                account_state(account),
                [w for w in self.workspaces if w.account_id == account.pk],
            )
            for account in self.accounts
        ]


def account_state(account: AsanaAccount) -> str:
    """One of: needs_reconnecting, refreshing, waiting, never, stale, fine."""
    now = timezone.now()
    if account.needs_reconnecting:
        return "needs_reconnecting"
    if account.sync_lease_expires_at and account.sync_lease_expires_at > now:
        return "refreshing"
    if account.ask_again_at and account.ask_again_at > now:
        return "waiting"
    if account.last_error:
        return "stale"
    return "never" if account.synced_at is None else "fine"


def sync_status_of(user: User) -> SyncStatus:
    """Two queries, however many accounts and workspaces."""
    accounts = list(user.asana_accounts.all())
    by_pk = {account.pk: account for account in accounts}
    workspaces = list(Workspace.objects.filter(account__in=accounts).with_counts())
    for workspace in workspaces:
        workspace.account = by_pk[workspace.account_id]
    return SyncStatus(accounts, workspaces)
