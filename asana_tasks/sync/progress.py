"""The progress of a sync of one account."""

from dataclasses import dataclass
from typing import Literal

from asana_tasks.error_codes import Reason
from asana_tasks.sync.messages import reason_message

State = Literal[
    "started", "page", "workspace_done", "workspace_failed", "done", "failed", "busy", "waiting"
]


@dataclass(frozen=True)
class Progress:
    """The progress of a sync of one account; `tasks` and `workspaces_done` are counts so far.

    `tasks` counts what was read: all tasks of a crawl, only the changed ones of a delta.
    "waiting" ends a sync that goes on in `seconds`: the budget is used up, or the worker stops.
    """

    state: State
    account: str
    workspace: str = ""
    tasks: int = 0
    workspaces: int = 0
    workspaces_done: int = 0
    reason: Reason | None = None  # of the states "failed", "workspace_failed" and "busy"
    seconds: float = 0

    @property
    def message(self) -> str:
        return reason_message(self.reason)
