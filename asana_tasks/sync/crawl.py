"""Reading of whole lists from Asana, page by page, with retries and limits.

Runs in threads and uses no database.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

from asana_tasks.api import client
from asana_tasks.api.errors import Unavailable
from asana_tasks.api.paging import Page
from asana_tasks.api.schemas import TaskSchema, WorkspaceSchema
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import Workspace

RETRY_PAUSES: Final = (0.5, 2.0)  # seconds before the second and the third attempt at a page
MAX_PAGES: Final = 2000
MAX_PAGES_WITHOUT_NEWS: Final = 20  # in a row, without a gid that was not on an earlier page

P = ParamSpec("P")
Result = TypeVar("Result")


def with_retries(call: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Call a function up to three times while it raises Unavailable; return its result.

    Raises the error of the last call.
    """
    for pause in RETRY_PAUSES:
        try:
            return call(*args, **kwargs)
        except Unavailable:
            time.sleep(pause)
    return call(*args, **kwargs)


def all_workspaces(token: str, *, seconds: float | None = None) -> list[WorkspaceSchema]:
    """Return all workspaces of a token; `seconds` limits each request.

    Raises AsanaError, also for an incomplete list.
    """
    found: list[WorkspaceSchema] = []
    offset = None
    for _ in range(MAX_PAGES):
        page = with_retries(client.get_workspaces, token, offset, seconds=seconds)
        if page.unreadable:
            raise Unavailable(ErrorCode.INCOMPLETE_LIST)
        found += page.items
        offset = page.offset
        if offset is None:
            return found
    raise Unavailable(ErrorCode.ENDLESS_PAGES)


@dataclass(eq=False)
class WorkspaceCrawl:
    """The state of a crawl of one workspace: the next offset and the gids seen."""

    workspace: Workspace
    token: str
    offset: str | None = None
    pages: int = 0
    pages_without_news: int = 0
    unreadable: int = 0
    gids: set[str] = field(default_factory=set)

    def take(self, page: Page[TaskSchema]) -> int:
        """Note a page; return how many of its tasks are new.

        Raises Unavailable after MAX_PAGES, or MAX_PAGES_WITHOUT_NEWS in a row.
        """
        new = {task.gid for task in page.items} - self.gids
        self.gids |= new
        self.pages += 1
        self.unreadable += page.unreadable
        self.pages_without_news = 0 if new else self.pages_without_news + 1
        self.offset = page.offset
        if page.offset and (
            self.pages >= MAX_PAGES or self.pages_without_news >= MAX_PAGES_WITHOUT_NEWS
        ):
            raise Unavailable(ErrorCode.ENDLESS_PAGES)
        return len(new)

    @property
    def is_complete(self) -> bool:
        return self.pages > 0 and self.offset is None
