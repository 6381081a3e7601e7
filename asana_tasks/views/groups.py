"""Groups of a page of tasks, each with the count of all its tasks on every page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Count

from asana_tasks.dates import Calendar, Due
from asana_tasks.models import Task
from asana_tasks.querysets import GROUPS, TaskQuerySet, within


@dataclass
class Group:
    key: str
    label: str
    count: int
    tasks: list[Task] = field(default_factory=list)


@dataclass(frozen=True)
class Grouping:
    """The grouping of a list: the key of each task, and the count of tasks for each key."""

    key_of: Callable[[Task], Any]
    counts: dict[Any, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def counted(self) -> list[Group]:
        """Return the groups with their counts, without labels and tasks."""
        return [Group(str(key), "", count) for key, count in self.counts.items()]

    def cut(self, tasks: Iterable[Task], label_of: Callable[[Any], str]) -> list[Group]:
        return [
            Group(str(key), label_of(key), self.counts.get(key, 0), list(members))
            for key, members in groupby(tasks, self.key_of)
        ]


def grouping(tasks: TaskQuerySet, by: str, calendar: Calendar) -> Grouping:
    """Return the grouping `by` due, project, workspace, account, field or none, in one query."""
    if by == "due":
        counts = tasks.counts(**{str(due): within(calendar.span(due)) for due in Due})
        return Grouping(lambda task: calendar.group_of(task.overdue_at), dict(counts))
    if by == "none":
        return Grouping(lambda _task: "", {"": tasks.count()})
    name = GROUPS[by].key
    rows = tasks.order_by().values_list(name).annotate(number=Count("pk"))
    return Grouping(lambda task: getattr(task, name), dict(rows))
