import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState
from asana_tasks.sync import engine


class Command(BaseCommand):
    help = 'Sync the tasks of linked Asana accounts, as the button "Sync now" does.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", metavar="GID", help="only the Asana account with this gid")
        parser.add_argument(
            "--stale-only", action="store_true", help="only accounts whose copy is stale"
        )

    def handle(self, *args: Any, account: str | None, stale_only: bool, **options: Any) -> None:
        failed = 0
        columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=Console(file=self.stdout)) as bars:  # type: ignore[arg-type]
            for each in self._accounts(account, stale_only=stale_only):
                failed += not self._sync(each, bars)
        if failed:
            raise CommandError(f"{failed} of the accounts could not be synced")

    def _accounts(self, gid: str | None, *, stale_only: bool) -> list[AsanaAccount]:
        accounts = AsanaAccount.objects.connected().filter(user__is_active=True)
        if gid is not None:
            accounts = accounts.filter(gid=gid)
            if not accounts:
                raise CommandError(f"No connected Asana account has the gid {gid}")
        return [each for each in accounts if not stale_only or SyncState.objects.of(each).is_stale]

    def _sync(self, account: AsanaAccount, bars: Progress) -> bool:
        """Sync an account with a progress bar; return whether nothing failed.

        The bar counts workspaces, its label tasks. A sync under way elsewhere is no failure. Waits
        while the budget of requests is used up.
        """
        states = set()
        bar = bars.add_task(account.gid, total=None)
        wait: float | None = 0
        while wait is not None:
            time.sleep(wait)
            for progress in engine.sync_account(account):
                states.add(progress.state)
                bars.update(
                    bar,
                    total=progress.workspaces or None,
                    completed=progress.workspaces_done,
                    description=f"{account.gid}: {progress.tasks} tasks {progress.message}",
                )
            wait = progress.seconds if progress.state == "waiting" else None
        return not states & {"failed", "workspace_failed"}
