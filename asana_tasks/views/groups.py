"""A page of tasks under its headings, each with the number of all that belong to it."""

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
    """How a list is cut: what each task's key is, and how many there are of each."""

    key_of: Callable[[Task], Any]
    counts: dict[Any, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def cut(self, tasks: Iterable[Task], label_of: Callable[[Any], str]) -> list[Group]:
        return [
            Group(str(key), label_of(key), self.counts.get(key, 0), list(members))
            for key, members in groupby(tasks, self.key_of)
        ]


def grouping(tasks: TaskQuerySet, by: str, calendar: Calendar) -> Grouping:
    """One query, for the counts of all groups."""
    if by == "due":
        counts = tasks.counts(**{str(due): within(calendar.span(due)) for due in Due})
        return Grouping(lambda task: calendar.group_of(task.overdue_at), dict(counts))
    if by == "none":
        return Grouping(lambda _task: "", {"": tasks.count()})
    name = GROUPS[by].key
    rows = tasks.order_by().values_list(name).annotate(number=Count("pk"))
    return Grouping(lambda task: getattr(task, name), dict(rows))
