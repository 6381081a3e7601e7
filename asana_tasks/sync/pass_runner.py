"""The passes of one sync: asked for side by side, stored as they arrive."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import connection

from asana_tasks.api.errors import (
    AsanaError,
    Forbidden,
    NotAuthorized,
    RateLimited,
    Rejected,
    Unavailable,
)
from asana_tasks.api.paging import Page
from asana_tasks.api.schemas import TaskSchema
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.models import Workspace
from asana_tasks.sync import store
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import AcceptedPage, RunningPass
from asana_tasks.sync.progress import State
from asana_tasks.sync.requests import AT_ONCE, Requests

# Pages in one transaction. SQLite has a single writer: people's own writes wait for it
MOST_PAGES: Final = {"sqlite": 2}
TOGETHER: Final = 0.01  # seconds: what was asked together arrives together, and is stored so

Arrived = tuple[RunningPass, Future[Page[TaskSchema]]]
Failed = tuple[RunningPass, AsanaError]
Step = tuple[State, Workspace | None, Reason | None]


class Passes:
    def __init__(self, lease: Lease, requests: Requests[Any]) -> None:
        self._lease, self._requests = lease, requests
        self._access: AccountToken
        self._started: datetime
        self.running: list[RunningPass] = []
        self.done = 0
        self.failures: list[Reason] = []  # one for each failed workspace

    def begin(self, workspaces: list[Workspace], access: AccountToken, started: datetime) -> None:
        """Add the first request of each workspace."""
        self._access, self._started = access, started
        for workspace in workspaces:
            begun = RunningPass.begin(workspace, access.token, self._lease.number, started)
            self.running.append(begun)
            self._ask(begun)

    def _ask(self, each: RunningPass) -> None:
        self._requests.add(each, partial(each.read, self._requests.note_another))

    def store(self, arrived: list[Arrived]) -> Iterator[Step]:
        """Store the pages that have arrived, and those that arrive meanwhile; ask for the next.

        An error fails its workspace, a 429 the whole sync once what was asked has arrived.
        """
        most = MOST_PAGES.get(connection.vendor, AT_ONCE)
        pages, errors = self._accept(arrived, most)
        while pages:
            ended = store.store_pages(self._lease, pages[:most])
            del pages[:most]
            yield "page", None, None
            yield from map(self._end, ended)
            more, failed = self._accept(self._requests.arrived_meanwhile(), most - len(pages))
            pages, errors = pages + more, errors + failed
        for each, error in errors:
            if not self._asks_again(each, error):
                yield self._fail(each, error)

    def _accept(self, arrived: list[Arrived], most: int) -> tuple[list[AcceptedPage], list[Failed]]:
        """Accept pages that have arrived, with those of other passes that follow; ask for the next.

        What was asked together arrives together: up to `most` pages are worth waiting for.
        """
        pages: list[AcceptedPage] = []
        errors: list[Failed] = []
        while arrived:
            for each, future in arrived:
                try:
                    pages.append(self._accepted(each, future))
                except RateLimited as error:
                    self._requests.end_with(error)
                except (NotAuthorized, Unavailable, Forbidden) as error:
                    errors.append((each, error))
            self._requests.start()
            accepted = {page.accepted_by for page in pages}
            arrived = (
                self._requests.arrived_meanwhile(TOGETHER, accepted) if len(pages) < most else []
            )
        return pages, errors

    def _accepted(self, each: RunningPass, future: Future[Page[TaskSchema]]) -> AcceptedPage:
        """Accept a page that has arrived; ask for the next one. Raises AsanaError."""
        accepted = each.accept(future.result())
        if accepted.kept is not None:
            self._ask(each)
        return accepted

    def _asks_again(self, each: RunningPass, error: AsanaError) -> bool:
        """Ask again with a fresh token, or from the first page if the offset is not valid any more.

        Returns False if that does not help.
        """
        if isinstance(error, NotAuthorized):
            if not self._access.refresh(each.token):
                return False
            each.token = self._access.token
        elif isinstance(error, Rejected) and each.offset and not each.began_anew:
            store.forget_pass(self._lease, each.workspace)
            each.begin_anew(self._lease.number, self._started)
        else:
            return False
        self._ask(each)
        return True

    def _end(self, each: RunningPass) -> Step:
        self.done += 1
        if each.unreadable:
            reason = Reason(ErrorCode.UNREADABLE_TASKS)
            self.failures.append(reason)
            return "workspace_failed", each.workspace, reason
        return "workspace_done", each.workspace, None

    def _fail(self, each: RunningPass, error: AsanaError) -> Step:
        """Store the reason. What was read is kept, and where to go on, if Asana was just away."""
        goes_on = not isinstance(error, Rejected) and error.reason.code != ErrorCode.ENDLESS_PAGES
        store.fail_workspace(self._lease, each.workspace, error.reason, goes_on=goes_on)
        self.failures.append(error.reason)
        self.done += 1
        return "workspace_failed", each.workspace, error.reason
