"""The tasks of each person and workspace, with the changes made to them."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from functools import partial
from typing import Any

from fake_asana.clock import Clock
from fake_asana.people import PEOPLE, Person
from fake_asana.people import residents as home
from fake_asana.tasks import ada, crowds
from fake_asana.tasks.record import Desk, Task
from fake_asana.tasks.spec import Spec

ADA, DORA, EMIL, SAM, OTHER_SAM = (f"1200000000000{number}" for number in (101, 104, 105, 106, 107))

WORK: dict[tuple[str, str], Callable[[], Iterable[Spec]]] = {
    (ADA, home.LIGHTHOUSE.gid): lambda: ada.COMPANY,
    (ADA, home.MUSEUM.gid): lambda: ada.CLIENT,
    (ADA, home.PERSONAL.gid): lambda: ada.PERSONAL,
    (EMIL, home.ARCHIVE.gid): crowds.archive,
    (SAM, home.BAKERY.gid): lambda: crowds.BAKERY,
    (SAM, home.PERSONAL.gid): lambda: crowds.SAMS_OWN,
    (OTHER_SAM, home.CHOIR.gid): lambda: crowds.CHOIR,
    **{
        (DORA, workspace.gid): partial(crowds.branch, city)
        for city, workspace in enumerate(home.BRANCHES, start=1)
    },
}


def _owner(gid: str) -> str:
    return f"1200000000000{gid[4:7]}" if gid.startswith("1300") else ""


class TaskBook:
    def __init__(self, clock: Clock, url: str) -> None:
        self.changes: dict[str, Task | None] = {}  # None: deleted
        self._clock = clock
        self._url = url
        self._lock = threading.Lock()
        self._built: dict[str, dict[str, list[Task]]] = {}
        self._day: date | None = None

    def reset(self) -> None:
        with self._lock:
            for gid in self.changes:  # only changed people's tasks are built again
                self._built.pop(_owner(gid), None)
            self.changes.clear()

    def of(self, person: Person, workspace: str) -> list[Task]:
        """Return a person's tasks of a workspace, deleted ones included, always in the same order.

        Offsets of pages depend on that order.
        """
        return self._tasks(person).get(workspace, [])

    def all_of(self, person: Person) -> Iterator[Task]:
        for tasks in self._tasks(person).values():
            yield from (task for task in tasks if not self.is_deleted(task))

    def find(self, gid: str) -> tuple[Person, Task] | None:
        person = PEOPLE.get(_owner(gid))
        if person is None:
            return None
        found = (task for task in self.all_of(person) if task["gid"] == gid)
        task = next(found, None)
        return (person, task) if task else None

    def change(self, task: Task, changed: dict[str, Any]) -> None:
        with self._lock:
            self.changes[task["gid"]] = {**(self.changes.get(task["gid"]) or {}), **changed}
            task.update(changed)

    def delete(self, task: Task) -> None:
        with self._lock:
            self.changes[task["gid"]] = None

    def is_deleted(self, task: Task) -> bool:
        return self.changes.get(task["gid"], task) is None

    def _tasks(self, person: Person) -> dict[str, list[Task]]:
        with self._lock:
            today = self._clock.today()
            if self._day != today:  # dates are relative to today, and it runs past midnight
                self._built.clear()
                self._day = today
            if person.gid not in self._built:
                self._built[person.gid] = self._build(person, today)
            return self._built[person.gid]

    def _build(self, person: Person, today: date) -> dict[str, list[Task]]:
        midnight = datetime.combine(today, time.min).astimezone()
        built: dict[str, list[Task]] = {}
        for place, workspace in enumerate(person.workspaces):
            desk = Desk(person, workspace, midnight, self._url)
            specs = WORK.get((person.gid, workspace.gid), tuple)()
            first = place * 100_000 + 1
            tasks = [desk.record(number, spec) for number, spec in enumerate(specs, start=first)]
            for task in tasks:
                task.update(self.changes.get(task["gid"]) or {})
            built[workspace.gid] = tasks
        return built
