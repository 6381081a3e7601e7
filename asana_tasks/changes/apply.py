"""Change tasks in Asana, several side by side, and keep what Asana answers.

A write is sent again in one case only: after a 401, which says that it was not looked at.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import tokens
from accounts.models import AsanaAccount, User
from accounts.time_zones import zone_named
from asana_tasks.api import client
from asana_tasks.api.schemas import TaskAnswer
from asana_tasks.changes.actions import Do, Wish
from asana_tasks.changes.due_dates import due_fields, parse_due
from asana_tasks.changes.messages import NotDone, done_words, undo_of, why
from asana_tasks.changes.report import TITLE_LENGTH, Done, Failed, Report
from asana_tasks.dates import Calendar
from asana_tasks.models import Task
from asana_tasks.sync import store
from asana_tasks.sync.account_token import Access

WORKERS: Final = 8  # of the 15 concurrent writes Asana allows a token
APPROVAL_STATUS: Final = {
    Do.APPROVE: "approved",
    Do.REQUEST_CHANGES: "changes_requested",
    Do.REJECT: "rejected",
    Do.REOPEN: "pending",
}


def carry_out(user: User, wishes: Sequence[Wish], tasks: Mapping[int, Task]) -> Report:
    """Do it all, or say for each task why not. `tasks` are this person's own, by pk."""
    return _Run(user).run(wishes, tasks)


def fields_for(task: Task, wish: Wish, calendar: Calendar) -> dict[str, Any]:
    """What to send. Raises NotDone where the wish doesn't fit the task."""
    if wish.do is Do.DUE:
        try:
            return due_fields(task, parse_due(wish.due), calendar)
        except OverflowError as error:
            raise NotDone("That date is too far away.") from error
    if task.is_approval:
        if wish.do is Do.COMPLETE:
            raise NotDone("An approval is approved, sent back for changes or rejected instead.")
        return {"approval_status": APPROVAL_STATUS[wish.do]}
    if wish.do not in {Do.COMPLETE, Do.REOPEN}:
        raise NotDone("It isn't an approval.")
    return {"completed": wish.do is Do.COMPLETE}


@sensitive_variables()
def write(token: str, gid: str, fields: Mapping[str, Any]) -> TaskAnswer:
    """Where the answer doesn't arrive, look what became of it. Runs in a thread: no database."""
    try:
        return client.update_task(token, gid, fields)
    except client.Rejected:
        raise
    except client.Unavailable as lost:
        try:
            answer = client.task(token, gid)
        except client.AsanaError:
            raise lost from None
        if not _shows(answer, fields):
            raise NotDone(
                "Asana didn't answer, and the task there is still as it was. Try again."
            ) from lost
        return answer


def _shows(answer: TaskAnswer, fields: Mapping[str, Any]) -> bool:
    told = {
        **vars(answer),
        "due_on": answer.due_on and answer.due_on.isoformat(),
        "due_at": answer.due_at and answer.due_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    return all(told[name] == value for name, value in fields.items())


@dataclass
class _Job:
    task: Task
    wish: Wish
    fields: dict[str, Any]
    token: str

    @property
    def account(self) -> AsanaAccount:
        return self.task.account


class _Run:
    def __init__(self, user: User) -> None:
        self.calendar = Calendar(zone_named(user.time_zone), timezone.now())
        self.report = Report()
        self.waiting: deque[_Job] = deque()
        self.running: dict[Future[TaskAnswer], _Job] = {}
        self.accesses: dict[int, Access] = {}
        self.given_up: dict[int, str] = {}  # accounts for which asking on makes no sense

    def run(self, wishes: Sequence[Wish], tasks: Mapping[int, Task]) -> Report:
        for wish in wishes:
            self._prepare(tasks[wish.task], wish)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="change") as pool:
            while self.waiting or self.running:
                self._start(pool)
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._finish(self.running.pop(future), future)
        return self.report

    def _prepare(self, task: Task, wish: Wish) -> None:
        try:
            fields = fields_for(task, wish, self.calendar)
            self.waiting.append(_Job(task, wish, fields, self._token(task.account)))
        except (NotDone, tokens.TokenError) as error:
            self._fail(task, why(error))

    def _token(self, account: AsanaAccount) -> str:
        if account.pk in self.given_up:
            raise NotDone(self.given_up[account.pk])
        if account.pk not in self.accesses:
            try:
                self._check(account)
                self.accesses[account.pk] = Access(account)
            except (NotDone, tokens.TokenError) as error:
                self.given_up[account.pk] = why(error)
                raise
        return self.accesses[account.pk].token

    def _check(self, account: AsanaAccount) -> None:
        if not account.may_write:
            raise NotDone("You haven't allowed Onelist to change tasks of this account.")
        if account.ask_again_at and account.ask_again_at > timezone.now():
            left = account.ask_again_at - timezone.now()
            raise NotDone(why(client.RateLimited(int(left.total_seconds()) + 1)))

    def _start(self, pool: ThreadPoolExecutor) -> None:
        while self.waiting and len(self.running) < WORKERS:
            job = self.waiting.popleft()
            if job.account.pk in self.given_up:
                self._fail(job.task, f"Not tried: {self.given_up[job.account.pk]}")
            else:
                future = pool.submit(write, job.token, job.task.gid, job.fields)
                self.running[future] = job

    def _finish(self, job: _Job, future: "Future[TaskAnswer]") -> None:
        try:
            self._keep(job, future.result())
        except client.NotAuthorized as error:
            if not self._renew(job):
                self._fail(job.task, self.given_up.get(job.account.pk) or why(error))
        except (client.AsanaError, NotDone) as error:
            self._fail(job.task, why(error))
            self._give_up(job.account, error)

    def _renew(self, job: _Job) -> bool:
        access = self.accesses[job.account.pk]
        try:
            if job.account.pk in self.given_up or not access.renew(job.token):
                return False
        except tokens.TokenError as error:
            self.given_up[job.account.pk] = why(error)
            return False
        job.token = access.token
        self.waiting.append(job)
        return True

    def _give_up(self, account: AsanaAccount, error: Exception) -> None:
        if isinstance(error, client.RateLimited):
            again = timezone.now() + timedelta(seconds=error.retry_after)
            AsanaAccount.objects.filter(pk=account.pk).update(ask_again_at=again)
            self.given_up[account.pk] = why(error)
        elif isinstance(error, client.Unavailable) and not isinstance(error, client.Rejected):
            self.given_up[account.pk] = "Asana isn't answering."

    def _keep(self, job: _Job, answer: TaskAnswer) -> None:
        words, detail = done_words(job.wish.do, answer)
        if undo := undo_of(job.task, job.wish, answer):
            self.report.undo.append(undo)
        self.report.done.append(Done(job.task.pk, job.task.title[:TITLE_LENGTH], words, detail))
        try:
            store.keep_change(job.task, answer)
        except DatabaseError:  # disconnected meanwhile: done in Asana, and no longer listed here
            return

    def _fail(self, task: Task, reason: str) -> None:
        self.report.failed.append(Failed(task.pk, task.title[:TITLE_LENGTH], reason))
