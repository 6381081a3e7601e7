"""The calendar page: tasks of a month or a week, by due day in the user's time zone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models.functions import Left
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.printable import visible_name
from accounts.typing import SignedInRequest
from asana_tasks.changes.date_choices import date_choices
from asana_tasks.changes.report import pop_report
from asana_tasks.dates import Calendar
from asana_tasks.models import Task, Workspace
from asana_tasks.querysets import TaskQuerySet
from asana_tasks.sync.status import sync_status_of
from asana_tasks.views.periods import Period, period_of
from asana_tasks.views.sync_status import note_looks
from asana_tasks.views.task_filter import DATES
from asana_tasks.views.task_list import search_of

SHOWN: Final = 4  # tasks listed for a day of a month
SHOWN_IN_WEEK: Final = 40
BY_TIME: Final = (*DATES, "done_on", "group", "sort")  # what the list is asked, and no calendar
LETTERS: Final = 120  # read of a name, which may have thousands


@login_required
@require_safe
def show_calendar(request: SignedInRequest) -> HttpResponse:
    """Show a month or a week, narrowed as the list is by a search, a place or a kind.

    For htmx only the days, which an open page asks for when a sync has changed some.
    """
    around, sync_status = Calendar.of(request.user), sync_status_of(request.user)
    note_looks(sync_status.accounts)
    period = period_of(request.GET.dict(), around)
    search = search_of(request.GET, sync_status)
    weeks = weeks_of(search.narrow_by_place(Task.objects.of(request.user)), period, around)
    context = {
        "period": period,
        "weeks": weeks,
        "today": around.today,
        "is_empty": not any(day.entries for week in weeks for day in week if not day.is_outside),
        "search": search,
        "query": search.query(*BY_TIME),
        "saved_views": list(request.user.saved_views.all()),
        "sync_status": sync_status,
        "shown_at": around.now,
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "asana_tasks/_calendar_part.html", context)
    context |= {"date_choices": date_choices(around), "report": pop_report(request)}
    return render(request, "asana_tasks/calendar.html", context)


@dataclass(frozen=True)
class Entry:
    pk: int
    title: str
    completed: bool
    at: datetime | None  # None if it is due on a day without a time
    is_overdue: bool
    colour: int  # of its workspace

    @property
    def css_class(self) -> str:
        if self.completed:
            return "done"
        return "late" if self.is_overdue else ""


@dataclass(frozen=True)
class Day:
    date: date
    is_outside: bool = False  # of the month
    is_today: bool = False
    entries: Sequence[Entry] = field(default_factory=list)
    most: int = SHOWN

    @property
    def css_class(self) -> str:
        states = {"today": self.is_today, "outside": self.is_outside, "free": not self.entries}
        return " ".join(name for name, holds in states.items() if holds)

    @property
    def shown(self) -> Sequence[Entry]:
        """Return the first `most` entries; all if there is one more, as a link needs its place."""
        return self.entries if len(self.entries) == self.most + 1 else self.entries[: self.most]

    @property
    def more(self) -> int:
        return len(self.entries) - len(self.shown)

    @property
    def query(self) -> str:
        """Return the query string with which the list shows this day."""
        state = "&state=all" if any(entry.completed for entry in self.entries) else ""
        return f"due_from={self.date}&due_to={self.date}{state}"


def weeks_of(tasks: TaskQuerySet, period: Period, around: Calendar) -> list[list[Day]]:
    """Return the weeks of a period with their tasks, in one query."""
    weeks = period.weeks()
    entries = _by_day(_rows(tasks, weeks[0][0], weeks[-1][-1], around), around)
    most = SHOWN_IN_WEEK if period.is_week else SHOWN

    def day_of(day: date) -> Day:
        return Day(day, day not in period, day == around.today, entries.get(day, []), most)

    return [[day_of(each) for each in week] for week in weeks]


def _rows(
    tasks: TaskQuerySet, first: date, last: date, around: Calendar
) -> Iterable[tuple[Any, ...]]:
    return (
        tasks.filter(completed__in=[False, True])  # both parts of the index by date
        .due_within(around.between(first, last))
        .order_by("completed", "overdue_at", "pk")
        .values_list(
            "pk", Left("name", LETTERS), "completed", "due_at", "overdue_at", "workspace_id"
        )
    )


def _by_day(rows: Iterable[tuple[Any, ...]], around: Calendar) -> dict[date, list[Entry]]:
    days = defaultdict(list)
    for pk, name, completed, due_at, overdue_at, workspace in rows:
        late = not completed and overdue_at < around.now
        title, colour = visible_name(name) or "(no name)", Workspace.colour_of(workspace)
        entry = Entry(pk, title, completed, due_at, late, colour)
        days[overdue_at.astimezone(around.zone).date()].append(entry)
    return days
