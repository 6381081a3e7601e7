"""Bring our rows up to date with Asana.

`sync_account` is one generator of progress with several callers: the streaming view, the plain
form, the management command, the tests. It claims the account, asks for its workspaces, and reads
them in parallel; pages are stored as they arrive, and absence is never concluded from failure.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount
from asana_tasks.api import client
from asana_tasks.api.schemas import TaskSchema, WorkspaceSchema
from asana_tasks.models import Workspace
from asana_tasks.sync import store
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.crawl import WorkspaceCrawl, all_workspaces, with_retries
from asana_tasks.sync.lease import Lease, LeaseLost

STALE_AFTER: Final = timedelta(seconds=60)
KEEP_COMPLETED: Final = timedelta(days=30)
WORKERS: Final = 8  # of the 50 concurrent GETs Asana allows a token

UNREADABLE_ROWS: Final = "Some of the tasks that Asana sent can't be read; no task was removed"

State = Literal["started", "page", "workspace_done", "workspace_failed", "done", "failed", "busy"]


@dataclass(frozen=True)
class Progress:
    """Where a sync is. `tasks` and `workspaces_done` are so far, of this account."""

    state: State
    account: str
    workspace: str = ""
    tasks: int = 0
    workspaces: int = 0
    workspaces_done: int = 0
    message: str = ""


def stale_in(account: AsanaAccount) -> float:
    """Seconds until this copy is stale; 0 or less if it is."""
    if account.synced_at is None:
        return 0
    return (account.synced_at + STALE_AFTER - timezone.now()).total_seconds()


def is_stale(account: AsanaAccount) -> bool:
    return stale_in(account) <= 0


def may_ask(account: AsanaAccount) -> bool:
    """Whether Asana lets us ask for this account now."""
    waiting = account.ask_again_at is not None and account.ask_again_at > timezone.now()
    return not account.needs_reconnecting and not waiting


def sync_account(account: AsanaAccount) -> Generator[Progress, None, None]:
    """Fetch everything assigned to this account, telling how far it is.

    What goes wrong at Asana is told, not raised, and kept on the account or workspace it concerns.
    """
    lease = Lease.claim(account)
    if lease is None:
        yield Progress("busy", account.display_name, message="It is being refreshed already")
        return
    try:
        yield from _Sync(account, lease).run()
    except LeaseLost:
        yield Progress("failed", account.display_name, message="Another refresh has taken over")
    except (DatabaseError, ObjectDoesNotExist):
        if AsanaAccount.objects.filter(pk=account.pk).exists():
            raise
        yield Progress("failed", account.display_name, message="It is no longer connected")
    finally:
        lease.release()


def run_sync(account: AsanaAccount) -> Progress:
    """`sync_account` to its end; the last word of it."""
    *_, last = sync_account(account)
    return last


class _Sync:
    def __init__(self, account: AsanaAccount, lease: Lease) -> None:
        self.account, self.lease = account, lease
        self.started = timezone.now()
        self.access: AccountToken
        self.tasks = self.workspaces = self.workspaces_done = 0
        self.failures: list[str] = []  # of workspaces
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sync")
        self.pending: dict[Future[client.Page[TaskSchema]], WorkspaceCrawl] = {}

    def run(self) -> Iterator[Progress]:
        try:
            self._check_waiting()
            yield self._progress("started")
            workspaces = store.store_workspaces(self.account, self._list_workspaces())
            self.workspaces = len(workspaces)
            for workspace in workspaces:
                self._submit(WorkspaceCrawl(workspace, self.access.token))
            while self.pending:
                yield from self._gather()
        except tokens.NeedsReconnecting as error:
            yield self._progress("failed", message=str(error))
        except (client.RateLimited, tokens.TryLater) as error:
            yield self._fail(str(error), retry_after=error.retry_after)
        except client.AsanaError as error:
            yield self._fail(str(error))
        else:
            yield self._finish()
        finally:
            self.pool.shutdown(wait=False, cancel_futures=True)

    def _check_waiting(self) -> None:
        """Asking before Asana's `Retry-After` has passed counts against us."""
        until = self.account.ask_again_at
        if until and until > self.started:
            raise client.RateLimited(int((until - self.started).total_seconds()) + 1)

    def _list_workspaces(self) -> list[WorkspaceSchema]:
        """A fresh token that is refused is the end."""
        self.access = AccountToken(self.account)
        try:
            return self.access.call(all_workspaces)
        except client.NotAuthorized as error:
            if tokens.access_token_for(self.account) != self.access.token:  # signed in meanwhile
                raise tokens.TryLater("It has just been connected anew") from error
            raise tokens.mark_needs_reconnecting(
                self.account, "Asana no longer lets us in"
            ) from error

    def _submit(self, fetch: WorkspaceCrawl) -> None:
        future = self.pool.submit(
            with_retries,
            client.assigned_tasks,
            fetch.token,
            fetch.workspace.gid,
            completed_since=self.started - KEEP_COMPLETED,
            offset=fetch.offset,
        )
        self.pending[future] = fetch

    def _gather(self) -> Iterator[Progress]:
        """Whatever has arrived. One workspace's trouble is its own."""
        done, _ = wait(self.pending, timeout=1, return_when=FIRST_COMPLETED)
        self.lease.keep()
        for future in done:
            fetch = self.pending.pop(future)
            try:
                yield from self._take(fetch, future.result())
            except client.NotAuthorized as error:
                if self.access.refresh(fetch.token):
                    fetch.token = self.access.token
                    self._submit(fetch)
                else:
                    yield self._fail_workspace(fetch, str(error))
            except (client.Unavailable, client.Forbidden) as error:
                yield self._fail_workspace(fetch, str(error))

    def _take(self, fetch: WorkspaceCrawl, page: client.Page[TaskSchema]) -> Iterator[Progress]:
        self.tasks += fetch.take(page)
        if not fetch.is_complete:
            self._submit(fetch)  # the next page travels while we store this one
        store.store_tasks(fetch.workspace, page.items, seen_at=self.started)
        yield self._progress("page", fetch.workspace)
        if fetch.is_complete and fetch.unreadable:  # absence can't be concluded from this list
            yield self._fail_workspace(fetch, UNREADABLE_ROWS)
        elif fetch.is_complete:
            self.lease.confirm()
            store.finish_workspace(fetch.workspace, seen_at=self.started)
            self.workspaces_done += 1
            yield self._progress("workspace_done", fetch.workspace)

    def _finish(self) -> Progress:
        """Where nothing could be fetched, the copy is as old as it was."""
        if self.failures and len(self.failures) == self.workspaces:
            return self._fail(self.failures[0])
        store.note_account(self.account, synced_at=self.started)
        return self._progress("done")

    def _fail_workspace(self, fetch: WorkspaceCrawl, why: str) -> Progress:
        store.fail_workspace(fetch.workspace, why)
        self.failures.append(why)
        self.workspaces_done += 1
        return self._progress("workspace_failed", fetch.workspace, message=why)

    def _fail(self, why: str, *, retry_after: int | None = None) -> Progress:
        again = timezone.now() + timedelta(seconds=retry_after) if retry_after else None
        store.note_account(self.account, error=why, ask_again_at=again)
        return self._progress("failed", message=why)

    def _progress(
        self, state: State, workspace: Workspace | None = None, message: str = ""
    ) -> Progress:
        return Progress(
            state,
            self.account.display_name,
            workspace=str(workspace) if workspace else "",
            tasks=self.tasks,
            workspaces=self.workspaces,
            workspaces_done=self.workspaces_done,
            message=message,
        )
