"""The other figures of the page of insights, each a table with bars in its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.timesince import timesince

from asana_tasks.dates import NEVER, Calendar, Due, Span
from asana_tasks.models import Project, Task, Workspace
from asana_tasks.querysets import TaskQuerySet, created_within
from asana_tasks.sync.status import SyncStatus

AGES: Final = {  # with the days after which the next one begins
    "Less than a week": 7,
    "1 to 4 weeks": 28,
    "4 weeks to 3 months": 91,
    "3 to 6 months": 182,
    "6 to 12 months": 365,
    "Over a year": 365 * 120,
}
OLDEST: Final = 5
MOST_PROJECTS: Final = 12
LETTERS: Final = 120  # read of a name, which may have thousands


@dataclass(frozen=True)
class Counted:
    """A number of tasks, with what tells them apart from others."""

    label: str
    count: int
    address: str = ""  # of the list with these tasks alone
    beside: str = ""  # its account, unless that is the main one
    css_class: str = ""


@dataclass(frozen=True, kw_only=True)
class Row(Counted):
    """A row of a table, with its bar."""

    share: str  # of the whole, such as "12 %"
    width: float  # of its own bar, in per cent of the longest
    x: float  # of its piece of the bar of all rows, in per cent
    piece: float  # width of that piece


@dataclass(frozen=True)
class OldTask:
    address: str
    title: str
    where: str
    age: str


def ages_of(tasks: TaskQuerySet, calendar: Calendar) -> list[Row]:
    """Return how many open tasks are how old, in one query; unknown ages if there are any."""
    turns = [calendar.now - timedelta(days=days) for days in AGES.values()]
    conditions = {
        f"age_{number}": created_within(Span(start, end))
        for number, (end, start) in enumerate(pairwise([NEVER, *turns]))
    }
    found = tasks.open().counts(**conditions, unknown=Q(created_at=None))
    rows = [Counted(label, found[key]) for label, key in zip(AGES, conditions, strict=True)]
    if found["unknown"]:
        rows.append(Counted("Asana didn't say", found["unknown"]))
    return _rows(rows)


def oldest_of(tasks: TaskQuerySet, calendar: Calendar, sync_status: SyncStatus) -> list[OldTask]:
    """Return the open tasks that were created first, in one query."""
    names = sync_status.workspace_names
    found = tasks.open().exclude(created_at=None).order_by("created_at", "pk")[:OLDEST]
    columns = found.values_list("pk", Left("name", LETTERS), "workspace_id", "created_at")
    return [
        OldTask(
            reverse("asana_tasks:task", args=[pk]),
            Task(name=name).title,
            names.get(workspace, "New workspace"),
            timesince(created_at, calendar.now, depth=2),
        )
        for pk, name, workspace, created_at in columns
    ]


def by_workspace(sync_status: SyncStatus) -> list[Row]:
    """Return the open tasks of each workspace, without a query."""
    return _rows(
        _largest_first(
            Counted(
                str(each),
                each.open_tasks,
                _list_with(workspace=each.pk),
                "" if each.account == sync_status.main_account else each.account.display_name,
                f"colour-{each.colour}",
            )
            for each in sync_status.workspaces
        )
    )


def by_account(sync_status: SyncStatus) -> list[Row]:
    """Return the open tasks of each account, without a query."""
    return _rows(
        _largest_first(
            Counted(
                account.display_name,
                sum(each.open_tasks for each in workspaces),
                _list_with(account=account.pk),
                css_class=f"dot-{account.colour}"
                if account.colour
                else f"colour-{Workspace.colour_of(account.pk)}",
            )
            for account, _, workspaces in sync_status.by_account
        )
    )


@dataclass(frozen=True)
class Overdue:
    count: int
    rows: list[Row]
    more: int  # projects that are not among the rows
    repeats: bool  # a task in several projects is counted in each


def overdue_by_project(tasks: TaskQuerySet, calendar: Calendar, sync_status: SyncStatus) -> Overdue:
    """Return the overdue tasks of the projects with the most of them, in two queries."""
    overdue = tasks.open().due_within(calendar.span(Due.OVERDUE))
    project = overdue.values("placements__project").annotate(number=Count("pk"))
    columns = [f"placements__project__{name}" for name in ("account", "gid", "name")]
    found = project.order_by().values_list("placements__project", *columns, "number")
    accounts = {each.pk: each.display_name for each in sync_status.accounts[1:]}
    rows = [
        _of_project(Project(*about) if about[0] else None, number, accounts)
        for *about, number in found
    ]
    rows.sort(key=lambda row: (-row.count, not row.address, row.label))
    total = overdue.count()
    repeats = sum(each.count for each in rows) > total
    return Overdue(total, _rows(rows[:MOST_PROJECTS], total), len(rows[MOST_PROJECTS:]), repeats)


def _of_project(project: Project | None, count: int, accounts: dict[int, str]) -> Counted:
    """Return the row of a project; None stands for tasks in no project."""
    if project is None:
        return Counted("No project", count)
    address = _list_with(project=project.pk, due=Due.OVERDUE)
    return Counted(str(project), count, address, accounts.get(project.account_id, ""))


def _largest_first(rows: Iterable[Counted]) -> list[Counted]:
    return sorted((row for row in rows if row.count), key=lambda row: -row.count)


def _list_with(**filters: Any) -> str:
    return f"{reverse('asana_tasks:task_list')}?{urlencode(filters)}"


def _rows(counted: list[Counted], total: int | None = None) -> list[Row]:
    """Return the rows with their bars; shares are of `total`, or else of all rows together."""
    whole = max(1, sum(each.count for each in counted) if total is None else total)
    most = max([1, *(each.count for each in counted)])
    rows, x = [], 0.0
    for each in counted:
        piece = 100 * each.count / whole
        share = "< 1 %" if 0 < piece < 0.5 else f"{piece:.0f} %"
        width = round(100 * each.count / most, 1)
        rows.append(
            Row(**vars(each), share=share, width=width, x=round(x, 2), piece=round(piece, 2))
        )
        x += piece
    return rows
