"""Changes of tasks in Asana, several in parallel; the responses are stored.

A write is sent again in one case only: after a 401, which means that Asana did not process it.
"""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError

from accounts import bulkhead, tokens
from accounts.models import AsanaAccount, User
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, NotAuthorized, RateLimited, Rejected, Unavailable
from asana_tasks.api.schemas import TaskSchema
from asana_tasks.changes.actions import Action, ActionKind
from asana_tasks.changes.due_dates import due_fields, parse_due
from asana_tasks.changes.messages import (
    NOT_STORED,
    ActionFailed,
    done_message,
    failure_message,
    undo_action,
)
from asana_tasks.changes.report import TITLE_LENGTH, Done, Failed, Report
from asana_tasks.dates import Calendar
from asana_tasks.models import SyncState, Task
from asana_tasks.sync import schedule, store
from asana_tasks.sync.account_token import AccountToken

logger = logging.getLogger(__name__)

WORKERS: Final = 8  # of the 15 concurrent writes Asana allows a token
APPROVAL_STATUS: Final = {
    ActionKind.APPROVE: "approved",
    ActionKind.REQUEST_CHANGES: "changes_requested",
    ActionKind.REJECT: "rejected",
    ActionKind.REOPEN: "pending",
}


def apply_actions(user: User, actions: Sequence[Action], tasks: Mapping[int, Task]) -> Report:
    """Do the actions; return a report of what was done and what failed, for each task.

    `tasks` are the user's own, by pk. Errors of Asana and of tokens are reported, not raised.
    """
    try:
        return _Run(user).run(actions, tasks)
    except bulkhead.MayNotWait as error:
        return Report(message=f"{error} Nothing has been changed.")


def fields_for(task: Task, action: Action, calendar: Calendar) -> dict[str, Any]:
    """Return the fields to send. Raises ActionFailed if the action does not fit the task."""
    if action.kind is ActionKind.DUE:
        try:
            return due_fields(task, parse_due(action.due), calendar)
        except OverflowError as error:
            raise ActionFailed("That date is too far away.") from error
    if task.is_approval:
        if action.kind is ActionKind.COMPLETE:
            raise ActionFailed(
                "An approval is approved, sent back for changes or rejected instead."
            )
        return {"approval_status": APPROVAL_STATUS[action.kind]}
    if action.kind not in {ActionKind.COMPLETE, ActionKind.REOPEN}:
        raise ActionFailed("It isn't an approval.")
    return {"completed": action.kind is ActionKind.COMPLETE}


def write(token: str, gid: str, fields: Mapping[str, Any]) -> TaskSchema:
    """Change the task; return its schema. If no response arrives, read the task to see the result.

    Raises AsanaError, and ActionFailed if the task is unchanged. Runs in a thread, so it does not
    use the database.
    """
    try:
        return client.update_task(token, gid, fields)
    except Rejected:
        raise
    except Unavailable as lost:
        try:
            schema = client.get_task(token, gid)
        except AsanaError:
            raise lost from None
        if not _shows(schema, fields):
            raise ActionFailed(
                "Asana didn't answer, and the task there is still as it was. Try again."
            ) from lost
        return schema


def _shows(schema: TaskSchema, fields: Mapping[str, Any]) -> bool:
    told = {
        **vars(schema),
        "due_on": schema.due_on and schema.due_on.isoformat(),
        "due_at": schema.due_at and schema.due_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    return all(told[name] == value for name, value in fields.items())


@dataclass
class _Job:
    task: Task
    action: Action
    fields: dict[str, Any]
    token: str

    @property
    def account(self) -> AsanaAccount:
        return self.task.account


class _Run:
    def __init__(self, user: User) -> None:
        self.calendar = Calendar.of(user)
        self.report = Report()
        self.waiting: deque[_Job] = deque()
        self.running: dict[Future[TaskSchema], _Job] = {}
        self.accesses: dict[int, AccountToken] = {}
        self.given_up: dict[int, str] = {}  # account pk: why no more requests are sent for it

    def run(self, actions: Sequence[Action], tasks: Mapping[int, Task]) -> Report:
        with bulkhead.slot(), ThreadPoolExecutor(WORKERS, thread_name_prefix="change") as pool:
            for action in actions:
                self._prepare(tasks[action.task], action)
            while self.waiting or self.running:
                self._start(pool)
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._finish(self.running.pop(future), future)
        return self.report

    def _prepare(self, task: Task, action: Action) -> None:
        try:
            fields = fields_for(task, action, self.calendar)
            self.waiting.append(_Job(task, action, fields, self._token(task.account)))
        except (ActionFailed, RateLimited, tokens.TokenError) as error:
            self._fail(task, failure_message(error))

    def _token(self, account: AsanaAccount) -> str:
        if account.pk in self.given_up:
            raise ActionFailed(self.given_up[account.pk])
        if account.pk not in self.accesses:
            try:
                self._check(account)
                self.accesses[account.pk] = AccountToken(account)
            except (ActionFailed, RateLimited, tokens.TokenError) as error:
                self.given_up[account.pk] = failure_message(error)
                raise
        return self.accesses[account.pk].token

    def _check(self, account: AsanaAccount) -> None:
        if not account.may_write:
            raise ActionFailed("You haven't allowed Onelist to change tasks of this account.")

    def _start(self, pool: ThreadPoolExecutor) -> None:
        while self.waiting and len(self.running) < WORKERS:
            job = self.waiting.popleft()
            if job.account.pk in self.given_up:
                self._fail(job.task, f"Not tried: {self.given_up[job.account.pk]}")
            else:
                run = copy_context().run  # in the limits of the web request
                future = pool.submit(run, write, job.token, job.task.gid, job.fields)
                self.running[future] = job

    def _finish(self, job: _Job, future: "Future[TaskSchema]") -> None:
        try:
            self._keep(job, future.result())
        except NotAuthorized as error:
            if not self._renew(job):
                self._fail(job.task, self.given_up.get(job.account.pk) or failure_message(error))
        except (AsanaError, ActionFailed) as error:
            self._fail(job.task, failure_message(error))
            self._give_up(job.account, error)

    def _renew(self, job: _Job) -> bool:
        access = self.accesses[job.account.pk]
        try:
            if job.account.pk in self.given_up or not access.refresh(job.token):
                return False
        except tokens.TokenError as error:
            self.given_up[job.account.pk] = failure_message(error)
            return False
        job.token = access.token
        self.waiting.append(job)
        return True

    def _give_up(self, account: AsanaAccount, error: Exception) -> None:
        if isinstance(error, RateLimited):
            SyncState.objects.pause(account, error.retry_after)
            self.given_up[account.pk] = failure_message(error)
        elif isinstance(error, Unavailable) and not isinstance(error, Rejected):
            self.given_up[account.pk] = "Asana isn't answering."
            self._sync_soon(account)

    def _keep(self, job: _Job, schema: TaskSchema) -> None:
        words, detail = done_message(job.action.kind, schema)
        try:
            store.store_changed_task(job.task, schema)
        except DatabaseError:
            logger.exception("A task that was changed in Asana could not be stored")
            detail = NOT_STORED
            self._sync_soon(job.account)
        if undo := undo_action(job.task, job.action, schema):
            self.report.undo.append(undo)
        self.report.done.append(Done(job.task.pk, job.task.title[:TITLE_LENGTH], words, detail))

    def _sync_soon(self, account: AsanaAccount) -> None:
        """Let the next sync show what Asana has made of a change."""
        with suppress(DatabaseError):  # a database that is down: the sync that is due shows it
            schedule.make_due(account)

    def _fail(self, task: Task, reason: str) -> None:
        self.report.failed.append(Failed(task.pk, task.title[:TITLE_LENGTH], reason))
