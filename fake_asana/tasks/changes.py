"""Keep what was changed in the tasks that were built: all that the state file has of tasks."""

from datetime import date
from typing import Any

from fake_asana.tasks.ranks import Rank, parse_rank
from fake_asana.tasks.related import Task


class Changes:
    def __init__(self, day: date) -> None:
        self.clear(day)

    def clear(self, day: date) -> None:
        self.day = day  # from which due dates were counted at first
        self.fields: dict[str, Task | None] = {}  # by the gid of a task; None: deleted
        self.created: dict[str, Task] = {}
        self.ranks: dict[str, Rank] = {}
        self.comments: dict[str, list[Task]] = {}
        self.names: dict[str, str] = {}  # by the gid of a project or section

    def tasks(self) -> set[str]:
        return {*self.fields, *self.created, *self.ranks, *self.comments}

    def places(self) -> set[tuple[str, str]]:
        """Return kind and gid of the projects and sections of created and changed tasks."""
        tasks = filter(None, [*self.fields.values(), *self.created.values()])
        memberships = (each for task in tasks for each in task.get("memberships") or [])
        return {(kind, place["gid"]) for each in memberships for kind, place in each.items()}

    def dump(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(),
            "fields": self.fields,
            "created": self.created,
            "ranks": {gid: str(rank) for gid, rank in self.ranks.items()},
            "comments": self.comments,
            "names": self.names,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Raises an error of Python's own for anything that `dump` does not return."""
        self.day = date.fromisoformat(saved["day"])
        self.fields.update(saved["fields"])
        self.created.update(saved["created"])
        self.ranks.update((gid, parse_rank(rank)) for gid, rank in saved["ranks"].items())
        self.comments.update(saved["comments"])
        self.names.update(saved["names"])
