"""The calendar page: a month of a user's tasks, by due day in their time zone."""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models.functions import Left
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.printable import visible_name
from accounts.typing import SignedInRequest
from asana_tasks.dates import Calendar
from asana_tasks.models import Task
from asana_tasks.sync.status import sync_status_of

EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = date(2999, 12, 1)
SHOWN: Final = 4  # tasks listed for a day
LETTERS: Final = 120  # read of a name, which may have thousands


@login_required
@require_safe
def show_month(request: SignedInRequest) -> HttpResponse:
    around = Calendar.of(request.user)
    month = Month.named(request.GET.get("month", ""), around.today)
    weeks = weeks_of(request.user, month, around)
    has_tasks = any(day.entries for week in weeks for day in week)
    context = {
        "month": month,
        "weeks": weeks,
        "today": around.today,
        "has_tasks": has_tasks,
        "sync_status": None if has_tasks else sync_status_of(request.user),
    }
    return render(request, "asana_tasks/calendar.html", context)


@dataclass(frozen=True)
class Month:
    first: date

    @classmethod
    def named(cls, text: str, today: date) -> "Month":
        """Parse a month such as `2026-11`; return the month of `today` for anything else."""
        try:
            first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            first = today.replace(day=1)
        return cls(first if EARLIEST <= first <= LATEST else today.replace(day=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def last(self) -> date:
        return self._next - timedelta(days=1)

    @property
    def next(self) -> "Month | None":
        return Month(self._next) if self.first < LATEST else None

    @property
    def previous(self) -> "Month | None":
        day_before = self.first - timedelta(days=1)
        return Month(day_before.replace(day=1)) if self.first > EARLIEST else None

    @property
    def _next(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    def weeks(self) -> list[list[date]]:
        """Return the weeks from Monday to Sunday, with the days of other months that fill them."""
        return calendar.Calendar().monthdatescalendar(self.first.year, self.first.month)


@dataclass(frozen=True)
class Entry:
    pk: int
    title: str
    completed: bool
    at: datetime | None  # None if it is due on a day without a time
    is_overdue: bool

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

    @property
    def css_class(self) -> str:
        names = ["today"] if self.is_today else []
        return " ".join(names if self.entries else [*names, "free"])

    @property
    def shown(self) -> Sequence[Entry]:
        """Return the first SHOWN entries; all if there is one more, as a link needs its place."""
        return self.entries if len(self.entries) == SHOWN + 1 else self.entries[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.entries) - len(self.shown)

    @property
    def query(self) -> str:
        """Return the query string with which the list shows this day."""
        state = "&state=all" if any(entry.completed for entry in self.entries) else ""
        return f"due_from={self.date}&due_to={self.date}{state}"


def weeks_of(user: User, month: Month, around: Calendar) -> list[list[Day]]:
    """Return the weeks of a month with their tasks, in one query of that month's rows."""
    entries = _by_day(_rows(user, month, around), around)
    return [[_day(each, month, around, entries) for each in week] for week in month.weeks()]


def _day(day: date, month: Month, around: Calendar, entries: dict[date, list[Entry]]) -> Day:
    if day.month != month.first.month:
        return Day(day, is_outside=True)
    return Day(day, is_today=day == around.today, entries=entries.get(day, []))


def _rows(user: User, month: Month, around: Calendar) -> Iterable[tuple[Any, ...]]:
    return (
        Task.objects.of(user)
        .filter(completed__in=[False, True])  # both parts of the index by date
        .due_within(around.between(month.first, month.last))
        .order_by("completed", "overdue_at", "pk")
        .values_list("pk", Left("name", LETTERS), "completed", "due_at", "overdue_at")
    )


def _by_day(rows: Iterable[tuple[Any, ...]], around: Calendar) -> dict[date, list[Entry]]:
    days = defaultdict(list)
    for pk, name, completed, due_at, overdue_at in rows:
        late = not completed and overdue_at < around.now
        entry = Entry(pk, visible_name(name) or "(no name)", completed, due_at, late)
        days[overdue_at.astimezone(around.zone).date()].append(entry)
    return days
