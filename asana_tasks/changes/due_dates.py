"""New due dates: the values of a form, and the fields sent to Asana for them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from django.utils.dateparse import parse_date, parse_datetime

from asana_tasks.dates import Calendar
from asana_tasks.models import Task

NewDue = date | timedelta | None  # datetime is a subclass of date: a due time
SHIFTS: Final = {"+1d": timedelta(days=1), "+1w": timedelta(weeks=1)}
YEARS: Final = range(1970, 3000)


class InvalidDate(ValueError):
    """A date that is not accepted; the message tells the user why."""


class DateChoice(NamedTuple):
    """A date that a menu offers; `value` is what `parse_due` reads."""

    name: str
    label: str
    value: str
    day: date | None = None


def date_choices(today: date) -> list[DateChoice]:
    """Return the dates that people mean, each once, with the day they lead to."""
    days = {
        "today": ("Today", today),
        "tomorrow": ("Tomorrow", today + timedelta(days=1)),
        "monday": ("Monday", today + timedelta(days=7 - today.weekday())),
        "next-week": ("In a week", today + timedelta(days=7)),
    }
    if days["monday"][1] in {days["tomorrow"][1], days["next-week"][1]}:
        del days["monday"]
    return [
        *(DateChoice(name, label, day.isoformat(), day) for name, (label, day) in days.items()),
        DateChoice("week-later", "One week later", "+1w"),
        DateChoice("no-date", "No date", "none"),
    ]


def parse_due(text: str) -> NewDue:
    """Parse an ISO date (for Undo also a date-time with its zone), `+1d`, `+1w` or `none`.

    Raises InvalidDate.
    """
    if text == "none":
        return None
    if text in SHIFTS:
        return SHIFTS[text]
    try:
        new = parse_date(text) or parse_datetime(text)
    except ValueError:
        new = None
    if new is None or (isinstance(new, datetime) and new.tzinfo is None):
        raise InvalidDate("Choose a date first." if not text else "That isn't a date.")
    if new.year not in YEARS:
        raise InvalidDate(f"The year {new.year} can't be meant.")
    return new


def due_fields(task: Task, new: NewDue, calendar: Calendar) -> dict[str, Any]:
    """Return `due_on` or `due_at` for Asana, which accepts only one of them.

    A task with a time of day keeps it, in the user's time zone. A shift by a day or a week counts
    from the due date, or from today if that has passed: an overdue task moved by a day is due
    tomorrow. Raises OverflowError.
    """
    if new is None:
        return {"due_on": None}
    if isinstance(new, datetime):
        return {"due_at": _moment(new)}
    due_at = task.due_at.astimezone(calendar.zone) if task.due_at else None
    if isinstance(new, timedelta):
        due_on = due_at.date() if due_at else task.due_on
        day = max(due_on or calendar.today, calendar.today) + new
    else:
        day = new
    if due_at is None:
        return {"due_on": day.isoformat()}
    return {"due_at": _moment(_at(day, due_at.time(), calendar))}


def _at(day: date, clock_time: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=calendar.zone)


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
