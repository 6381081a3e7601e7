"""The tasks of each person and workspace, and what may happen to them."""

import threading
from collections.abc import Iterator
from typing import Any

from fake_asana.clock import Clock, timestamp
from fake_asana.people import PEOPLE, Person, Workspace
from fake_asana.tasks.beside import comment
from fake_asana.tasks.changes import Changes
from fake_asana.tasks.ranks import Rank, between, built_rank
from fake_asana.tasks.record import Desk
from fake_asana.tasks.related import Task, relabel
from fake_asana.tasks.shelf import Shelf
from fake_asana.tasks.spec import Spec
from fake_asana.tasks.task_filter import TaskFilter
from fake_asana.tasks.work import midnight, owner_of

EVERY = TaskFilter()
MOST_ACCEPTED = 100
CREATED = 900_000_000  # what the numbers of created tasks begin after


class TaskBook:
    def __init__(self, clock: Clock, url: str) -> None:
        self.changes = Changes(clock.today())
        self._clock = clock
        self._url = url
        self._lock = threading.RLock()
        self._shelf = Shelf(clock, url, self.changes)
        self._lists: dict[tuple[str, str], list[Task]] = {}  # by the gids of person and workspace
        self._accepted: dict[tuple[str, str, TaskFilter], list[Task]] = {}

    def reset(self) -> None:
        """Undo all changes; only what was changed is built again."""
        with self._lock:
            if self.changes.names or self.changes.day != self._clock.today():
                self._shelf.forget_all()
            self._shelf.forget(filter(None, map(owner_of, self.changes.tasks())))
            self._forget_lists()
            self.changes.clear(self._clock.today())

    def of(self, person: Person, workspace: str, wanted: TaskFilter = EVERY) -> list[Task]:
        """Return the tasks assigned to a person in a workspace, in the order of their ranks.

        What a filter accepts is kept until the next change, so that a page far down costs no more
        than the first one.
        """
        with self._lock:
            tasks = self._list(person.gid, workspace)
            if wanted == EVERY:
                return tasks
            key = person.gid, workspace, wanted
            if key not in self._accepted:
                if len(self._accepted) >= MOST_ACCEPTED:
                    self._accepted.clear()
                self._accepted[key] = list(filter(wanted.accepts, tasks))
            return self._accepted[key]

    def all_of(self, person: Person) -> Iterator[Task]:
        for workspace in person.workspaces:
            yield from self.of(person, workspace.gid)

    def find(self, gid: str) -> tuple[Person, Task] | None:
        """Return a task and the person to whom it was assigned first."""
        with self._lock:
            self._begin_day()
            owner, task = owner_of(gid), self._shelf.find(gid)
            return (owner, task) if owner and task else None

    def comments(self, gid: str) -> list[Task]:
        with self._lock:
            owner = owner_of(gid)
            written = self._shelf.built(owner).stories.get(gid, []) if owner else []
            return [*written, *self.changes.comments.get(gid, [])]

    def attachments(self, gid: str) -> list[Task]:
        with self._lock:
            owner = owner_of(gid)
            return self._shelf.built(owner).attachments.get(gid, []) if owner else []

    def rank(self, task: Task) -> Rank:
        gid = task["gid"]
        return self.changes.ranks[gid] if gid in self.changes.ranks else built_rank(gid)

    def change(self, task: Task, changed: dict[str, Any]) -> None:
        """Change fields of a task, and `modified_at` with them unless it is one of them.

        With another assignee or workspace it becomes the first of another list.
        """
        with self._lock:
            gid, place = task["gid"], _list_of(task)
            changed = {"modified_at": timestamp(self._clock.now()), **changed}
            self.changes.fields[gid] = {**(self.changes.fields.get(gid) or {}), **changed}
            task.update(changed)
            relabel(task, self.changes.names)
            self._accepted.clear()
            if "name" in changed:
                self._shelf.name_in_subtasks(task)
            if _list_of(task) != place:
                self._forget_lists()
                self._put(task, 0)

    def delete(self, task: Task) -> None:
        with self._lock:
            gid = task["gid"]
            self.changes.fields[gid] = None
            if owner := owner_of(gid):
                self._shelf.built(owner).tasks.pop(gid, None)
            self._forget_lists()

    def create(
        self, person: Person, workspace: Workspace, spec: Spec, due_on: str | None, *, first: bool
    ) -> Task:
        """Create a task, made now, as the first or the last of its list."""
        with self._lock:
            self._begin_day()
            now = self._clock.now()
            number = sum(owner_of(gid) is person for gid in self.changes.created) + 1
            desk = Desk(person, workspace, midnight(self._clock.today()), self._url)
            task = desk.record(CREATED + number, spec)
            task.update(due_on=due_on, created_at=timestamp(now), modified_at=timestamp(now))
            relabel(task, self.changes.names)
            tasks = self._shelf.built(person).tasks
            self.changes.created[task["gid"]] = dict(task)
            self._put(task, 0 if first else len(self._others(task)))
            tasks[task["gid"]] = task
            return task

    def move(self, task: Task, before: Task | None) -> bool:
        """Move a task to before another one of its list, or to its end; False if it is not there.

        Its place is no property of a task, so `modified_at` remains.
        """
        with self._lock:
            others = self._others(task)
            places = {each["gid"]: place for place, each in enumerate(others)}
            place = len(others) if before is None else places.get(before["gid"])
            if place is None:
                return False
            self._put(task, place)
            return True

    def rename(self, place: str, name: str) -> None:
        """Rename a project or section in all tasks, which does not count as changing them."""
        with self._lock:
            self.changes.names[place] = name
            for task in self._shelf.each():
                relabel(task, {place: name})

    def add_comment(self, task: Task, by: dict[str, Any], text: str) -> Task:
        with self._lock:
            gid, now = task["gid"], self._clock.now()
            story = comment(task, len(self.comments(gid)) + 1, by, text, now)
            self.changes.comments.setdefault(gid, []).append(story)
            self.change(task, {"modified_at": timestamp(now)})
            return story

    def _list(self, person: str | None, workspace: str) -> list[Task]:
        self._begin_day()
        if person not in PEOPLE:
            return []
        if (person, workspace) not in self._lists:
            around = self._around(PEOPLE[person])
            listed = [task for task in around if _list_of(task) == (person, workspace)]
            self._lists[person, workspace] = sorted(listed, key=self.rank)
        return self._lists[person, workspace]

    def _around(self, person: Person) -> Iterator[Task]:
        """Yield the tasks first assigned to a person, and those of others that were reassigned."""
        yield from self._shelf.built(person).tasks.values()
        for gid, changed in self.changes.fields.items():
            if changed and "assignee" in changed and owner_of(gid) is not person:
                yield from filter(None, [self._shelf.find(gid)])

    def _others(self, task: Task) -> list[Task]:
        return [each for each in self._list(*_list_of(task)) if each["gid"] != task["gid"]]

    def _put(self, task: Task, place: int) -> None:
        """Give a task the rank of a place among the others of its list."""
        others = self._others(task)
        before = self.rank(others[place - 1]) if place > 0 else None
        after = self.rank(others[place]) if place < len(others) else None
        self.changes.ranks[task["gid"]] = between(before, after)
        self._forget_lists()

    def _forget_lists(self) -> None:
        self._lists.clear()
        self._accepted.clear()

    def _begin_day(self) -> None:
        if self._shelf.begin_day():
            self._forget_lists()


def _list_of(task: Task) -> tuple[str | None, str]:
    """Return the gids of the person and workspace in whose list a task is."""
    return (task["assignee"] or {}).get("gid"), task["workspace"]["gid"]
