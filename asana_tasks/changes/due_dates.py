"""New due dates: the values of a form, and the fields sent to Asana for them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.utils.dateparse import parse_date, parse_datetime

from asana_tasks.dates import Calendar
from asana_tasks.models import Task

NO_TIME: Final = "no-time"
CLOCK_TIME: Final = re.compile(r"\d\d:\d\d", re.ASCII)
YEARS: Final = range(1970, 3000)


@dataclass(frozen=True)
class WholeDay:
    """A due day without a time of day: `day`, or None for the one that the task has."""

    day: date | None = None


# datetime is a subclass of date: a day and a time. A date alone leaves a task its time of day, a
# time alone leaves it its day.
NewDue = date | time | timedelta | WholeDay | None

FIXED: Final[dict[str, NewDue]] = {
    "none": None,
    NO_TIME: WholeDay(),
    "+1d": timedelta(days=1),
    "+1w": timedelta(weeks=1),
}


class InvalidDate(ValueError):
    """A date that is not accepted; the message tells the user why."""


def parse_due(text: str) -> NewDue:
    """Parse what menus and Undo send.

    An ISO date, a time as `15:00`, a date-time with its zone, `+1d`, `+1w`, `no-time`,
    `no-time 2026-12-01`, or `none`. Raises InvalidDate.
    """
    if text in FIXED:
        return FIXED[text]
    if text.startswith(f"{NO_TIME} "):
        return WholeDay(_parse_day(text.removeprefix(f"{NO_TIME} ")))
    if CLOCK_TIME.fullmatch(text):
        return _parse_time(text)
    try:
        moment = None if parse_date(text) else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return _parse_day(text)
    check_year(moment)
    return moment


def _parse_day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise InvalidDate("That isn't a date." if text else "Choose a date first.")
    check_year(day)
    return day


def _parse_time(text: str) -> time:
    try:
        if CLOCK_TIME.fullmatch(text):
            return time.fromisoformat(text)
    except ValueError:  # 25:00
        pass
    raise InvalidDate("That isn't a time.")


def check_year(day: date) -> None:
    """Raise InvalidDate for a year that nobody means."""
    if day.year not in YEARS:
        raise InvalidDate(f"The year {day.year} can't be meant.")


def parse_day_and_time(day: str, clock_time: str, calendar: Calendar) -> NewDue:
    """Parse a field for a day and one for a time, of which one may be empty. Raises InvalidDate."""
    if not clock_time:
        return _parse_day(day)
    at = _parse_time(clock_time)
    return _at(_parse_day(day), at, calendar) if day else at


def format_due(new: NewDue) -> str:
    """Return the text that `parse_due` parses into the same."""
    if isinstance(new, date):
        return new.isoformat()
    if isinstance(new, time):
        return f"{new:%H:%M}"
    if isinstance(new, WholeDay) and new.day:
        return f"{NO_TIME} {new.day}"
    return next(text for text, fixed in FIXED.items() if fixed == new)


def due_fields(task: Task, new: NewDue, calendar: Calendar) -> dict[str, Any]:
    """Return `due_on` or `due_at` for Asana, which accepts only one of them.

    A task with a time of day keeps it, in the user's time zone, unless `new` says otherwise.
    Raises OverflowError.
    """
    if new is None:
        return {"due_on": None}
    if isinstance(new, datetime):
        return {"due_at": _moment(new)}
    due_at = task.due_at.astimezone(calendar.zone) if task.due_at else None
    due_on = due_at.date() if due_at else task.due_on
    if isinstance(new, WholeDay):
        day = new.day or due_on
        return {"due_on": day and day.isoformat()}
    if isinstance(new, time):
        return {"due_at": _moment(_at(due_on, new, calendar) if due_on else _next(new, calendar))}
    day = later_day(due_on, new, calendar.today) if isinstance(new, timedelta) else new
    if due_at is None:
        return {"due_on": day.isoformat()}
    return {"due_at": _moment(_at(day, due_at.time(), calendar))}


def later_day(due_on: date | None, shift: timedelta, today: date) -> date:
    """Return the day that is later by a shift than the due day, or than today if that has passed.

    An overdue task moved by a day is due tomorrow. Raises OverflowError.
    """
    return max(due_on or today, today) + shift


def _next(clock_time: time, calendar: Calendar) -> datetime:
    """Return when a clock next shows a time: today, or tomorrow if that has passed."""
    moment = _at(calendar.today, clock_time, calendar)
    if moment > calendar.now:
        return moment
    return _at(calendar.today + timedelta(days=1), clock_time, calendar)


def _at(day: date, clock_time: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=calendar.zone)


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
