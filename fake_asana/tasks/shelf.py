"""The tasks built for each person, with the changes made to them since."""

from collections.abc import Iterable, Iterator
from datetime import date

from fake_asana.clock import Clock, timestamp
from fake_asana.people import Person
from fake_asana.tasks.changes import Changes
from fake_asana.tasks.related import Task, relabel
from fake_asana.tasks.work import Built, build, midnight, owner_of


class Shelf:
    def __init__(self, clock: Clock, url: str, changes: Changes) -> None:
        self._clock = clock
        self._url = url
        self._changes = changes
        self._built: dict[str, Built] = {}  # by the gid of the person they are built for
        self._day: date | None = None

    def begin_day(self) -> bool:
        """Tell whether a day began, and forget what was built: dates are relative to today."""
        today = self._clock.today()
        if self._day == today:
            return False
        self._built.clear()
        self._day = today
        return True

    def forget(self, people: Iterable[Person]) -> None:
        for person in people:
            self._built.pop(person.gid, None)

    def forget_all(self) -> None:
        self._built.clear()

    def built(self, person: Person) -> Built:
        if person.gid not in self._built:
            self._built[person.gid] = self._build(person)
        return self._built[person.gid]

    def find(self, gid: str) -> Task | None:
        owner = owner_of(gid)
        return self.built(owner).tasks.get(gid) if owner else None

    def each(self) -> Iterator[Task]:
        """Yield each task built so far."""
        for built in self._built.values():
            yield from built.tasks.values()

    def name_in_subtasks(self, task: Task) -> None:
        """Give a task's subtasks its name, which does not count as changing them."""
        owner = owner_of(task["gid"])
        for each in self.built(owner).tasks.values() if owner else ():
            if _parent(each) == task["gid"]:
                each["parent"] = {**each["parent"], "name": task["name"]}

    def _build(self, person: Person) -> Built:
        today = self._clock.today()
        built = build(person, today, self._url)
        for task in built.tasks.values():
            self._apply(task)
            if today > self._changes.day:  # dates moved at midnight, which is a change as well
                task["modified_at"] = max(task["modified_at"], timestamp(midnight(today)))
        for task in self._created_for(person):
            self._apply(task)
            built.tasks[task["gid"]] = task
        for gid in [*built.tasks]:
            if self._changes.fields.get(gid, {}) is None:
                del built.tasks[gid]
        for task in built.tasks.values():
            if (parent := _parent(task)) in built.tasks:
                task["parent"] = {**task["parent"], "name": built.tasks[parent]["name"]}
        return built

    def _apply(self, task: Task) -> None:
        task.update(self._changes.fields.get(task["gid"]) or {})
        if self._changes.names:
            relabel(task, self._changes.names)

    def _created_for(self, person: Person) -> Iterator[Task]:
        for gid, task in self._changes.created.items():
            if owner_of(gid) is person:
                yield dict(task)


def _parent(task: Task) -> str | None:
    parent = task["parent"]
    gid = parent.get("gid") if isinstance(parent, dict) else None
    return gid if isinstance(gid, str) else None
