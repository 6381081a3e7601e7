"""The sync of one account: our rows are brought up to date with Asana.

`sync_account` is a generator of progress; workers, the management command, the admin and tests run
it. A task is never removed because something failed, nor because one look did not find it.
"""

import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from threading import Event
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.utils import timezone

from accounts import metrics, tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, NotAuthorized
from asana_tasks.api.schemas import WorkspaceSchema
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.models import Workspace
from asana_tasks.sync import outcome, store
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.confirmation import Confirmation
from asana_tasks.sync.custom_fields import FieldReader
from asana_tasks.sync.lease import Lease, LeaseLost
from asana_tasks.sync.pass_runner import Passes
from asana_tasks.sync.passes import all_workspaces
from asana_tasks.sync.progress import Progress, State
from asana_tasks.sync.requests import CutOff, Requests

RESULTS: Final = {"done", "failed", "waiting"}


def sync_account(
    account: AsanaAccount, stop: Event | None = None
) -> Generator[Progress, None, None]:
    """Sync all tasks assigned to this account; yield the progress.

    1. Claim the lease; a sync under way elsewhere ends this one as "busy".
    2. Ask for the workspaces and store them.
    3. Make a pass over each, side by side: a crawl or a delta, or the one that was cut off. Store
       each page as it arrives.
    4. Ask for each task that a crawl has missed, and remove those that are gone.
    5. Ask for the custom fields, if the person wants them.

    When `stop` is set, what was asked is stored and the lease given back. Errors of Asana and of
    tokens are not raised: they are in the progress, and kept on the workspace or the SyncState.
    """
    lease = Lease.claim(account)
    if lease is None:
        yield _ended("busy", account, ErrorCode.ALREADY_SYNCING)
        return
    sync = _Sync(lease, stop or Event())
    try:
        yield from sync.run()
    except LeaseLost:
        yield _ended("failed", account, ErrorCode.TAKEN_OVER)
    except (DatabaseError, ObjectDoesNotExist, tokens.NeedsReconnecting):
        if AsanaAccount.objects.filter(pk=account.pk).exists():
            raise
        yield _ended("failed", account, ErrorCode.DISCONNECTED)
    finally:
        sync.measure()
        lease.release()


def run_sync(account: AsanaAccount, stop: Event | None = None) -> Progress:
    """Sync the account to the end; return the last progress."""
    *_, last = sync_account(account, stop)
    return last


def _ended(state: State, account: AsanaAccount, code: ErrorCode) -> Progress:
    return Progress(state, account.display_name, reason=Reason(code))


class _Sync:
    def __init__(self, lease: Lease, stop: Event) -> None:
        self.lease, self.account = lease, lease.account
        self.started = timezone.now()
        self.began_at = lease.unfinished_since or self.started
        self.access: AccountToken
        self.workspaces = 0
        self.requests: Requests[Any] = Requests(lease, stop)
        self.passes = Passes(lease, self.requests)
        self._began, self._state = time.monotonic(), ""

    def measure(self) -> None:
        """Count the sync, which has ended: as a crawl if one of its passes was one."""
        passes = self.passes.running
        kind = "none" if not passes else "crawl" if any(p.is_crawl for p in passes) else "delta"
        result = self._state if self._state in RESULTS else "broken_off"
        metrics.sync_seconds.labels(kind, result).observe(time.monotonic() - self._began)

    def run(self) -> Iterator[Progress]:
        try:
            yield self._progress("started")
            yield from self._steps()
        except tokens.NeedsReconnecting as error:  # `accounts` keeps the reason
            if not AsanaAccount.objects.filter(pk=self.account.pk).exists():
                raise
            yield self._progress("failed", reason=_token_reason(error))
        except tokens.TryLater as error:
            yield self._fail(_token_reason(error, seconds=error.retry_after))
        except AsanaError as error:
            yield self._fail(error.reason)
        except CutOff as error:
            outcome.go_on_later(self.lease, error.seconds, began_at=self.began_at)
            yield self._progress("waiting", seconds=error.seconds)
        else:
            yield self._finish()
        finally:
            self.requests.close()

    def _steps(self) -> Iterator[Progress]:
        self._begin()
        while self.requests.are_left:
            for step in self.passes.store(self.requests.arrived()):
                yield self._progress(*step)
        Confirmation(self.lease, self.access, self.requests, self.started).run()
        FieldReader(self.lease, self.access, self.requests).run()

    def _begin(self) -> None:
        """Store the workspaces and add the first request of each. Raises AsanaError, TokenError."""
        self.access = AccountToken(self.account)
        workspaces, self.passes.done = store.store_workspaces(self.lease, self._list_workspaces())
        self.workspaces = len(workspaces) + self.passes.done
        self.passes.begin(workspaces, self.access, self.started)

    def _list_workspaces(self) -> list[WorkspaceSchema]:
        """Return all workspaces. Raises AsanaError, tokens.TokenError.

        A 401 for a token that was refreshed just now does not end the account: only
        `invalid_grant` does, or a refusal that has lasted for hours.
        """
        try:
            found: list[WorkspaceSchema] = self._call(
                lambda token: all_workspaces(token, self.requests.note_another)
            )
        except NotAuthorized as error:
            if tokens.access_token_for(self.account) != self.access.token:  # signed in meanwhile
                raise AsanaError(ErrorCode.JUST_RECONNECTED) from error
            raise
        return found

    def _call(self, function: Callable[[str], Any]) -> Any:
        """Call a function of the API in a thread with the token; refresh it after a 401."""
        return self.access.call(lambda token: self.requests.result(partial(function, token)))

    def _finish(self) -> Progress:
        """Store that the account is synced; if every workspace failed, store the first failure."""
        if self.passes.failures and len(self.passes.failures) == self.workspaces:
            return self._fail(self.passes.failures[0])
        outcome.finish(self.lease, synced_at=self.began_at)
        return self._progress("done")

    def _fail(self, reason: Reason) -> Progress:
        """Store the reason, and the pause if Asana asks to wait.

        An account ends if Asana has refused fresh tokens for hours, wherever we ask.
        """
        is_refused = reason.code == ErrorCode.NOT_AUTHORIZED
        state = outcome.fail(self.lease, reason, is_refused=is_refused)
        if outcome.is_refused_for_good(state) and self._is_refused_elsewhere():
            error = tokens.mark_needs_reconnecting(self.account, Problem.ACCESS_ENDED)
            reason = _token_reason(error)
        return self._progress("failed", reason=reason)

    def _is_refused_elsewhere(self) -> bool:
        try:
            self.requests.result(partial(client.get_me, self.access.token))
        except NotAuthorized:
            return True
        except (AsanaError, CutOff):
            pass
        return False

    def _progress(
        self,
        state: State,
        workspace: Workspace | None = None,
        reason: Reason | None = None,
        seconds: float = 0,
    ) -> Progress:
        self._state = state
        return Progress(
            state,
            self.account.display_name,
            workspace=str(workspace) if workspace else "",
            tasks=sum(each.tasks for each in self.passes.running),
            workspaces=self.workspaces,
            workspaces_done=self.passes.done,
            reason=reason,
            seconds=seconds,
        )


def _token_reason(error: tokens.TokenError, **args: Any) -> Reason:
    """Return why there is no token: the problem that `accounts` names, with its arguments."""
    problem = {"problem": error.code, "problem_args": error.code_args}
    return Reason(ErrorCode.NO_TOKEN, {**problem, **{k: v for k, v in args.items() if v}})
