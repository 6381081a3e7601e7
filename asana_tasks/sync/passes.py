"""Passes over the tasks of a workspace: what to ask for, page by page, and when to stop.

A *crawl* reads everything; only a crawl can tell that a task is gone. A *delta* reads what was
modified since the cursor. Nothing here uses the database.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple, Self, TypeVar

from accounts import log_context
from asana_tasks.api import client
from asana_tasks.api.errors import Rejected, Unavailable
from asana_tasks.api.paging import Page
from asana_tasks.api.schemas import TaskSchema, WorkspaceSchema
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import Pass, Workspace

KEEP_COMPLETED: Final = timedelta(weeks=13)  # twelve whole ones, wherever weeks begin
OVERLAP: Final = timedelta(minutes=5)  # a delta looks back so far before its cursor
CRAWL_EVERY: Final = timedelta(minutes=10)
CRAWL_EVERY_PER_PAGE: Final = timedelta(seconds=12)
SECOND_LOOK_AFTER: Final = timedelta(minutes=1)  # by another crawl, if one missed too many tasks
FIELDS_VERSION: Final = 3  # raised when something is added that deltas alone would never fill

RETRY_PAUSES: Final = (0.5, 2.0)  # seconds before the second and the third attempt at a page
MAX_PAGES: Final = 2000
MAX_PAGES_WITHOUT_NEWS: Final = 20  # in a row, without a gid that was not on an earlier page

Note = Callable[[], None]
Result = TypeVar("Result")


def uncounted() -> None:
    """Note a further request of somebody who has no budget."""


def with_retries(call: Callable[[], Result], note: Note) -> Result:
    """Call a function up to three times while Asana does not respond; return its result.

    `note` is called before each request but the first. A definite refusal (Rejected) is not tried
    again. Raises the error of the last call.
    """
    for attempt, pause in enumerate(RETRY_PAUSES, start=1):
        try:
            with log_context.bound(attempt=attempt):
                return call()
        except Rejected:
            raise
        except Unavailable:
            time.sleep(pause)
            note()
    with log_context.bound(attempt=1 + len(RETRY_PAUSES)):
        return call()


def all_workspaces(
    token: str, note: Note = uncounted, *, seconds: float | None = None
) -> list[WorkspaceSchema]:
    """Return all workspaces of a token; `seconds` limits each request.

    `note` is called before each request but the first. Raises AsanaError, also for an incomplete
    list.
    """
    found: list[WorkspaceSchema] = []
    offset = None
    for number in range(MAX_PAGES):
        if number:
            note()
        read = partial(client.get_workspaces, token, offset, seconds=seconds)
        page = with_retries(read, note)
        if page.unreadable:
            raise Unavailable(ErrorCode.INCOMPLETE_LIST)
        found += page.items
        offset = page.offset
        if offset is None:
            return found
    raise Unavailable(ErrorCode.ENDLESS_PAGES)


def needs_crawl(workspace: Workspace, now: datetime) -> bool:
    """Tell whether the next pass has to be a crawl.

    A workspace of one page always is crawled: that costs the same. A crawl that lies in the future
    counts as none: our clock was wrong then.
    """
    if workspace.crawled_at is None or workspace.cursor is None or workspace.pages <= 1:
        return True
    if workspace.fields_version != FIELDS_VERSION:
        return True
    if workspace.suspected_at and not (
        timedelta() <= now - workspace.suspected_at < SECOND_LOOK_AFTER
    ):
        return True
    every = max(CRAWL_EVERY, CRAWL_EVERY_PER_PAGE * workspace.pages)
    return not timedelta() <= now - workspace.crawled_at < every


@dataclass(eq=False)
class RunningPass:
    """A pass under way. `number` is that of the sync that began it."""

    workspace: Workspace
    token: str
    number: int
    began_at: datetime
    completed_since: datetime
    modified_since: datetime | None = None  # None: a crawl
    asana_date: datetime | None = None  # at its first response
    offset: str | None = None
    pages: int = 0
    tasks: int = 0
    unreadable: int = 0
    began_anew: bool = False
    pages_without_news: int = 0
    gids: set[str] = field(default_factory=set)

    @classmethod
    def begin(cls, workspace: Workspace, token: str, number: int, now: datetime) -> Self:
        """Return the workspace's unfinished pass, to go on with, or the pass that is due."""
        if kept := getattr(workspace, "unfinished_pass", None):
            names = [each.attname for each in Pass._meta.concrete_fields if not each.primary_key]
            return cls(workspace, token, **{name: getattr(kept, name) for name in names})
        since = (workspace.cursor or now) - KEEP_COMPLETED
        cursor = None if needs_crawl(workspace, now) else workspace.cursor
        return cls(workspace, token, number, now, since, cursor and cursor - OVERLAP)

    def begin_anew(self, number: int, now: datetime) -> None:
        """Start at the first page, once: Asana does not know the offset any more."""
        self.number, self.began_at, self.began_anew = number, now, True
        self.asana_date = self.offset = None
        self.pages = self.tasks = self.unreadable = self.pages_without_news = 0
        self.gids.clear()

    @property
    def is_crawl(self) -> bool:
        return self.modified_since is None

    @property
    def is_complete(self) -> bool:
        return self.pages > 0 and self.offset is None

    def read(self, note: Note) -> Page[TaskSchema]:
        """Ask for the next page. Raises AsanaError. Runs in a thread."""
        read = partial(
            client.get_tasks,
            self.token,
            self.workspace.gid,
            completed_since=self.completed_since,
            modified_since=self.modified_since,
            offset=self.offset,
        )
        return with_retries(read, note)

    def accept(self, page: Page[TaskSchema]) -> "AcceptedPage":
        """Note a page that was read; return it, to be stored.

        Raises Unavailable after MAX_PAGES, or MAX_PAGES_WITHOUT_NEWS in a row.
        """
        if not self.pages:
            self.asana_date = page.date
        new = {task.gid for task in page.items} - self.gids
        self.gids |= new
        self.tasks += len(new)
        self.pages += 1
        self.unreadable += page.unreadable
        self.pages_without_news = 0 if new else self.pages_without_news + 1
        self.offset = page.offset
        if page.offset and (
            self.pages >= MAX_PAGES or self.pages_without_news >= MAX_PAGES_WITHOUT_NEWS
        ):
            raise Unavailable(ErrorCode.ENDLESS_PAGES)
        return AcceptedPage(self, page.items, None if self.is_complete else self.row())

    def row(self) -> Pass:
        """Return the row that keeps it for the next sync."""
        return Pass(
            workspace=self.workspace,
            number=self.number,
            offset=self.offset or "",
            pages=self.pages,
            tasks=self.tasks,
            unreadable=self.unreadable,
            completed_since=self.completed_since,
            modified_since=self.modified_since,
            began_at=self.began_at,
            asana_date=self.asana_date,
        )


class AcceptedPage(NamedTuple):
    """A page that a pass has accepted, with what keeps the pass as of then; None for the last page.

    The pass may take its next page before this one is stored.
    """

    accepted_by: RunningPass
    tasks: list[TaskSchema]
    kept: Pass | None
