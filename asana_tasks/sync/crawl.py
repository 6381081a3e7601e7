"""Paging to the end, with patience and with suspicion. No database here: it runs in threads."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

from asana_tasks.api import client
from asana_tasks.api.schemas import TaskAnswer, WorkspaceAnswer
from asana_tasks.models import Workspace

PAUSES: Final = (0.5, 2.0)  # seconds before the second and the third try of a page
MAX_PAGES: Final = 2000
BARREN_PAGES: Final = 20  # in a row, with nothing new on them

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def patiently(ask: Callable[Asked, Answer], *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
    """Ask again, twice, where the answer didn't come or was of no use."""
    for pause in PAUSES:
        try:
            return ask(*args, **kwargs)
        except client.Unavailable:
            time.sleep(pause)
    return ask(*args, **kwargs)


def all_workspaces(token: str, *, seconds: float | None = None) -> list[WorkspaceAnswer]:
    """Raises client.AsanaError; half a list is none. `seconds`: how long to wait for an answer."""
    found: list[WorkspaceAnswer] = []
    offset = None
    for _ in range(MAX_PAGES):
        page = patiently(client.workspaces, token, offset, seconds=seconds)
        if page.unreadable:
            raise client.Unavailable("Asana lists a workspace that can't be read")
        found += page.items
        offset = page.offset
        if offset is None:
            return found
    raise client.Unavailable("Asana's pages never end")


@dataclass(eq=False)
class WorkspaceFetch:
    """A workspace on its way in: which page is next, and what has been seen."""

    workspace: Workspace
    token: str
    offset: str | None = None
    pages: int = 0
    barren: int = 0
    unreadable: int = 0
    gids: set[str] = field(default_factory=set)

    def take(self, page: client.Page[TaskAnswer]) -> int:
        """How many of its tasks are new. Raises client.Unavailable if this goes on for ever."""
        new = {task.gid for task in page.items} - self.gids
        self.gids |= new
        self.pages += 1
        self.unreadable += page.unreadable
        self.barren = 0 if new else self.barren + 1
        self.offset = page.offset
        if page.offset and (self.pages >= MAX_PAGES or self.barren >= BARREN_PAGES):
            raise client.Unavailable("Asana's pages never end")
        return len(new)

    @property
    def is_complete(self) -> bool:
        return self.pages > 0 and self.offset is None
