"""Asking Asana for each task that a crawl has missed, before it is removed."""

from datetime import datetime
from functools import partial
from typing import Final

from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, Forbidden, NotFound, RateLimited
from asana_tasks.api.schemas import SightingSchema
from asana_tasks.models import Task, Workspace
from asana_tasks.sync import absence
from asana_tasks.sync.absence import Removal
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import KEEP_COMPLETED, with_retries
from asana_tasks.sync.requests import Requests

MOST: Final = 100  # tasks in one sync; the next one goes on


class Confirmation:
    """The confirmation of one account's missed tasks.

    Another assignee: removed. 404 or 403: removed if the workspace still answers its list, since an
    administrator may have blocked Onelist there. Any other error, 401 too: nothing is concluded.
    """

    def __init__(
        self,
        lease: Lease,
        access: AccountToken,
        requests: Requests[Task | Workspace],
        started: datetime,
    ) -> None:
        self._lease, self._access, self._requests = lease, access, requests
        self._started = started
        self._not_shown: dict[int, dict[Task, Removal]] = {}  # by workspace

    def run(self) -> None:
        """Ask for the candidates and store what is known of them. Raises what `arrived` raises."""
        for task in absence.candidates_of(self._lease.account, MOST):
            look = partial(client.look_for_task, self._access.token, task.gid)
            self._requests.add(task, partial(with_retries, look, self._requests.note_another))
        self._ask()
        for tasks in self._not_shown.values():
            workspace = next(iter(tasks)).workspace
            self._requests.add(workspace, partial(self._list, workspace))
        self._ask()

    def _list(self, workspace: Workspace) -> None:
        """Ask for a part of the workspace's list that is short."""
        client.get_tasks(
            self._access.token,
            workspace.gid,
            completed_since=self._started,
            modified_since=self._started,
        )

    def _ask(self) -> None:
        while self._requests.are_left:
            seen: dict[Task, SightingSchema] = {}
            gone: dict[Task, Removal] = {}
            for key, future in self._requests.arrived():
                try:
                    found = future.result()
                except RateLimited as error:
                    self._requests.end_with(error)
                except AsanaError as error:
                    self._note(key, error)
                else:
                    gone |= self._gone_with(key, found)
                    if isinstance(key, Task) and key not in gone:
                        seen[key] = found
            if seen or gone:
                absence.store_sightings(self._lease, seen, gone)

    def _note(self, key: Task | Workspace, error: AsanaError) -> None:
        """Note a task that Asana does not show us (any more)."""
        if isinstance(key, Task) and isinstance(error, Forbidden):
            is_unknown = isinstance(error, NotFound)
            why = Removal.NOT_FOUND if is_unknown else Removal.FORBIDDEN
            self._not_shown.setdefault(key.workspace_id, {})[key] = why

    def _gone_with(
        self, key: Task | Workspace, found: SightingSchema | None
    ) -> dict[Task, Removal]:
        if isinstance(key, Workspace):  # it answers its list
            return self._not_shown[key.pk]
        if found is None:
            return {}
        since = (key.workspace.cursor or self._started) - KEEP_COMPLETED
        why = absence.removal_of(found, self._lease.account, since)
        return {key: why} if why else {}
