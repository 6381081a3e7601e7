"""The dates that menus offer, with the days they lead to."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.dateformat import format as in_words

from asana_tasks.changes.due_dates import NO_TIME, later_day
from asana_tasks.dates import Calendar
from asana_tasks.models import Task

WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True)
class DateChoice:
    name: str
    label: str
    value: str  # what `parse_due` reads
    day: date | None = None
    is_from_today: bool = False  # not from the due day, which has passed


def date_choices(calendar: Calendar, task: Task | None = None) -> list[DateChoice]:
    """Return the dates that people mean, each once.

    Those of one task say all days they lead to; for several, a script or nobody knows.
    """
    today = calendar.today
    monday = calendar.week_of(today) + WEEK  # or what their week begins with
    days = {
        "today": ("Today", today),
        "tomorrow": ("Tomorrow", today + timedelta(days=1)),
        "next-monday": (in_words(monday, "l"), monday),
        "next-week": ("In a week", today + WEEK),
    }
    if monday in {days["tomorrow"][1], days["next-week"][1]}:
        del days["next-monday"]
    choices = [DateChoice(name, label, day.isoformat(), day) for name, (label, day) in days.items()]
    choices.append(_week_later(task, today))
    if task is None or task.due_at:
        choices.append(DateChoice("no-time", "No time of day", NO_TIME))
    return [*choices, DateChoice("no-date", "No date", "none")]


def _week_later(task: Task | None, today: date) -> DateChoice:
    day = None
    if task:
        with suppress(OverflowError):
            day = later_day(task.due_day, WEEK, today)
    is_overdue = task is not None and (task.due_day is None or task.due_day < today)
    return DateChoice("week-later", "One week later", "+1w", day, is_from_today=is_overdue)
