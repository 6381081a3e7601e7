"""The sync of one account: our rows are brought up to date with Asana.

`sync_account` is a generator of progress with several callers: the streaming view, the plain form,
the management command, the tests. A task is never removed because something failed.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.utils import timezone

from accounts import tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, Forbidden, NotAuthorized, Unavailable
from asana_tasks.api.paging import Page
from asana_tasks.api.schemas import TaskSchema, WorkspaceSchema
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.models import SyncState, Workspace
from asana_tasks.sync import store
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.crawl import WorkspaceCrawl, all_workspaces, with_retries
from asana_tasks.sync.lease import Lease, LeaseLost
from asana_tasks.sync.messages import reason_message

KEEP_COMPLETED: Final = timedelta(days=30)
WORKERS: Final = 8  # of the 50 concurrent GETs Asana allows a token

State = Literal["started", "page", "workspace_done", "workspace_failed", "done", "failed", "busy"]


@dataclass(frozen=True)
class Progress:
    """The progress of a sync of one account; `tasks` and `workspaces_done` are counts so far."""

    state: State
    account: str
    workspace: str = ""
    tasks: int = 0
    workspaces: int = 0
    workspaces_done: int = 0
    reason: Reason | None = None  # of the states "failed", "workspace_failed" and "busy"

    @property
    def message(self) -> str:
        return reason_message(self.reason)


def sync_account(account: AsanaAccount) -> Generator[Progress, None, None]:
    """Sync all tasks assigned to this account; yield the progress.

    1. Claim the lease; a sync under way elsewhere ends this one as "busy".
    2. Ask for the workspaces and store them.
    3. Read their tasks in parallel; store each page as it arrives.
    4. After the last page of a workspace, remove the tasks that were not seen.

    Errors of Asana and of tokens are not raised: they are in the progress, and kept on the
    workspace or the SyncState.
    """
    lease = Lease.claim(account)
    if lease is None:
        yield _ended("busy", account, ErrorCode.ALREADY_SYNCING)
        return
    try:
        yield from _Sync(account, lease).run()
    except LeaseLost:
        yield _ended("failed", account, ErrorCode.TAKEN_OVER)
    except (DatabaseError, ObjectDoesNotExist, tokens.NeedsReconnecting):
        if AsanaAccount.objects.filter(pk=account.pk).exists():
            raise
        yield _ended("failed", account, ErrorCode.DISCONNECTED)
    finally:
        lease.release()


def run_sync(account: AsanaAccount) -> Progress:
    """Sync the account to the end; return the last progress."""
    *_, last = sync_account(account)
    return last


def _ended(state: State, account: AsanaAccount, code: ErrorCode) -> Progress:
    return Progress(state, account.display_name, reason=Reason(code))


class _Sync:
    def __init__(self, account: AsanaAccount, lease: Lease) -> None:
        self.account, self.lease = account, lease
        self.started = timezone.now()
        self.access: AccountToken
        self.tasks = self.workspaces = self.workspaces_done = 0
        self.failures: list[Reason] = []  # one for each failed workspace
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sync")
        self.pending: dict[Future[Page[TaskSchema]], WorkspaceCrawl] = {}

    def run(self) -> Iterator[Progress]:
        try:
            yield self._progress("started")
            workspaces = store.store_workspaces(self.account, self._list_workspaces())
            self.workspaces = len(workspaces)
            for workspace in workspaces:
                self._submit(WorkspaceCrawl(workspace, self.access.token))
            while self.pending:
                yield from self._gather()
        except tokens.NeedsReconnecting as error:  # `accounts` keeps the reason
            if not AsanaAccount.objects.filter(pk=self.account.pk).exists():
                raise
            yield self._progress("failed", reason=_token_reason(error))
        except tokens.TryLater as error:
            yield self._fail(_token_reason(error, seconds=error.retry_after))
        except AsanaError as error:
            yield self._fail(error.reason)
        else:
            yield self._finish()
        finally:
            self.pool.shutdown(wait=False, cancel_futures=True)

    def _list_workspaces(self) -> list[WorkspaceSchema]:
        """Return all workspaces. Raises AsanaError, tokens.TokenError.

        A 401 for a fresh token means that the grant was revoked: the account needs reconnecting.
        """
        self.access = AccountToken(self.account)
        try:
            return self.access.call(all_workspaces)
        except NotAuthorized as error:
            if tokens.access_token_for(self.account) != self.access.token:  # signed in meanwhile
                raise AsanaError(ErrorCode.JUST_RECONNECTED) from error
            raise tokens.mark_needs_reconnecting(self.account, Problem.ACCESS_ENDED) from error

    def _submit(self, crawl: WorkspaceCrawl) -> None:
        future = self.pool.submit(
            with_retries,
            client.get_tasks,
            crawl.token,
            crawl.workspace.gid,
            completed_since=self.started - KEEP_COMPLETED,
            offset=crawl.offset,
        )
        self.pending[future] = crawl

    def _gather(self) -> Iterator[Progress]:
        """Store the pages that have arrived; an error fails its own workspace only."""
        done, _ = wait(self.pending, timeout=1, return_when=FIRST_COMPLETED)
        self.lease.keep()
        for future in done:
            crawl = self.pending.pop(future)
            try:
                yield from self._take(crawl, future.result())
            except NotAuthorized as error:
                if self.access.refresh(crawl.token):
                    crawl.token = self.access.token
                    self._submit(crawl)
                else:
                    yield self._fail_workspace(crawl, error.reason)
            except (Unavailable, Forbidden) as error:
                yield self._fail_workspace(crawl, error.reason)

    def _take(self, crawl: WorkspaceCrawl, page: Page[TaskSchema]) -> Iterator[Progress]:
        self.tasks += crawl.take(page)
        if not crawl.is_complete:
            self._submit(crawl)  # request the next page while this one is stored
        store.store_tasks(crawl.workspace, page.items, seen_at=self.started)
        yield self._progress("page", crawl.workspace)
        if crawl.is_complete and crawl.unreadable:  # the list is incomplete: nothing may be removed
            yield self._fail_workspace(crawl, Reason(ErrorCode.UNREADABLE_TASKS))
        elif crawl.is_complete:
            self.lease.confirm()
            store.finish_workspace(crawl.workspace, seen_at=self.started)
            self.workspaces_done += 1
            yield self._progress("workspace_done", crawl.workspace)

    def _finish(self) -> Progress:
        """Store that the account is synced; if every workspace failed, store the first failure."""
        if self.failures and len(self.failures) == self.workspaces:
            return self._fail(self.failures[0])
        store.finish_account(self.account, synced_at=self.started)
        return self._progress("done")

    def _fail_workspace(self, crawl: WorkspaceCrawl, reason: Reason) -> Progress:
        store.fail_workspace(crawl.workspace, reason)
        self.failures.append(reason)
        self.workspaces_done += 1
        return self._progress("workspace_failed", crawl.workspace, reason)

    def _fail(self, reason: Reason) -> Progress:
        """Store the reason, and the pause if Asana asks to wait."""
        store.fail_account(self.account, reason)
        if seconds := reason.args.get("seconds"):
            SyncState.objects.pause(self.account, seconds)
        return self._progress("failed", reason=reason)

    def _progress(
        self, state: State, workspace: Workspace | None = None, reason: Reason | None = None
    ) -> Progress:
        return Progress(
            state,
            self.account.display_name,
            workspace=str(workspace) if workspace else "",
            tasks=self.tasks,
            workspaces=self.workspaces,
            workspaces_done=self.workspaces_done,
            reason=reason,
        )


def _token_reason(error: tokens.TokenError, **args: Any) -> Reason:
    """Return why there is no token: the problem that `accounts` names, with its arguments."""
    problem = {"problem": error.code, "problem_args": error.code_args}
    return Reason(ErrorCode.NO_TOKEN, {**problem, **{k: v for k, v in args.items() if v}})
