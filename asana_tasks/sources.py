"""Where the list comes from, how old each copy is, and what is wrong with any of them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks import sync
from asana_tasks.models import Workspace


@dataclass(frozen=True)
class Sources:
    accounts: list[AsanaAccount]
    workspaces: list[Workspace]  # with open_tasks

    @property
    def open_tasks(self) -> int:
        return sum(workspace.open_tasks for workspace in self.workspaces)

    @property
    def never_fetched(self) -> bool:
        return bool(self.accounts) and all(account.synced_at is None for account in self.accounts)

    @property
    def is_stale(self) -> bool:
        """Whether the page should ask for a refresh by itself."""
        return any(
            sync.is_stale(account) for account in self.accounts if self._may_be_asked(account)
        )

    @property
    def oldest(self) -> datetime | None:
        """How old the oldest copy on the page is."""
        times = [each.synced_at for each in self.workspaces if each.synced_at]
        times += [each.synced_at for each in self.accounts if each.synced_at and not times]
        return min(times, default=None)

    @property
    def troubled_accounts(self) -> list[AsanaAccount]:
        return [account for account in self.accounts if account.last_error]

    @property
    def troubled_workspaces(self) -> list[Workspace]:
        return [workspace for workspace in self.workspaces if workspace.last_error]

    @staticmethod
    def _may_be_asked(account: AsanaAccount) -> bool:
        waiting = account.ask_again_at is not None and account.ask_again_at > timezone.now()
        return not account.needs_reconnecting and not waiting


def sources_of(user: User) -> Sources:
    """Two queries, however many accounts and workspaces."""
    return Sources(
        accounts=list(user.asana_accounts.all()),
        workspaces=list(Workspace.objects.of(user).with_counts()),
    )
