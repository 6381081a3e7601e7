"""Due dates: the instant a task becomes overdue, and the due groups of a user's own days."""

from calendar import MONDAY
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final, Self

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import get_language

from accounts.models import User
from accounts.time_zones import zone_named

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
NEAR: Final = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}
YEARS: Final = range(1900, 3000)  # other years may overflow when converted to another time zone


class Due(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    NONE = "none"

    @property
    def label(self) -> str:
        return DUE_LABELS[self]


DUE_LABELS: Final = {
    Due.OVERDUE: "Overdue",
    Due.TODAY: "Today",
    Due.WEEK: "Next 7 days",
    Due.LATER: "Later",
    Due.NONE: "No date",
}


def parse_day(text: str) -> date | None:
    """Parse an ISO date; None for anything else and for a year outside of YEARS."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def parse_instant(text: str) -> datetime | None:
    """Parse an ISO date-time with its zone into UTC.

    None for anything else and for a year outside of YEARS: at the edges of the calendar an instant
    exists in one time zone and overflows in another.
    """
    try:
        instant = parse_datetime(text)
        if instant is None or instant.tzinfo is None:
            return None
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year in YEARS else None


def overdue_at(due_on: date | None, due_at: datetime | None, zone: tzinfo) -> datetime:
    """Return the instant a task becomes overdue; NEVER for a task without a date.

    `due_at` is that instant; `due_on` lasts to the end of that day in `zone`.
    """
    if due_at is not None:
        return due_at
    if due_on is None or due_on.year >= NEVER.year:
        return NEVER
    next_day = datetime.combine(due_on + timedelta(days=1), time.min, tzinfo=zone)
    return next_day.astimezone(UTC) - timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """A range of instants: `start` is in it, `end` is not."""

    start: datetime
    end: datetime


class Calendar:
    """The days around `now` in a user's time zone, and weeks that begin on `first_weekday`."""

    def __init__(self, zone: tzinfo, now: datetime, first_weekday: int = MONDAY) -> None:
        self.zone, self.now, self.first_weekday = zone, now, first_weekday
        self.today = now.astimezone(zone).date()

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(zone_named(user.time_zone), timezone.now(), user.first_weekday)

    def start_of(self, day: date) -> datetime:
        if not LONG_AGO.year < day.year < NEVER.year:
            return LONG_AGO if day.year <= LONG_AGO.year else NEVER
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)

    def week_of(self, day: date) -> date:
        """Return the first day of the week that a day is in."""
        return day - timedelta(days=(day.weekday() - self.first_weekday) % 7)

    def between(self, first: date | None, last: date | None) -> Span:
        """Return the span of the days from `first` to `last`, both included.

        Open at the side where a day is None. A task without a date (NEVER) is in no such span.
        """
        start = self.start_of(first) if first else LONG_AGO
        if last is None or last.year >= NEVER.year:
            return Span(start, NEVER)
        return Span(start, self.start_of(last + timedelta(days=1)))

    def span(self, due: Due) -> Span:
        """Return the span of a due group. A time of today that has passed is in OVERDUE."""
        return self._spans[due]

    def group_of(self, overdue_at: datetime) -> Due:
        return next((due for due, span in self._spans.items() if overdue_at < span.end), Due.NONE)

    @cached_property
    def _spans(self) -> dict[Due, Span]:
        """Return the spans of the due groups, in order: each row of a page asks for its own."""
        tomorrow = self.start_of(self.today + timedelta(days=1))
        in_a_week = self.start_of(self.today + timedelta(days=8))
        return {
            Due.OVERDUE: Span(LONG_AGO, self.now),
            Due.TODAY: Span(self.now, tomorrow),
            Due.WEEK: Span(tomorrow, in_a_week),
            Due.LATER: Span(in_a_week, NEVER),
            Due.NONE: Span(NEVER, NEVER + timedelta(hours=1)),
        }


def due_words(day: date, today: date) -> str:
    """Return `Yesterday`, `Today`, `Tomorrow` or `Fri 27 Nov`, with the year if not this one."""
    distance = (day - today).days
    if distance in NEAR:
        return NEAR[distance]
    return _formatted(day, "D j M" if day.year == today.year else "D j M Y", get_language())


@lru_cache(maxsize=4096)
def _formatted(day: date, as_format: str, _language: str | None) -> str:
    """Format a day in the active language; kept, since a page names up to a hundred days."""
    return str(date_format(day, as_format))


def next_days(first: date, count: int) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range(count))
