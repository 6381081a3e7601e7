"""When a task matters: the instant it is overdue, and the groups a person's own day makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Self

from django.utils import timezone

from accounts.models import User
from accounts.time_zones import zone_named

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


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


def overdue_at(due_on: date | None, due_at: datetime | None, zone: tzinfo) -> datetime:
    """`due_at` is an instant; `due_on` lasts to the end of that day where the person is."""
    if due_at is not None:
        return due_at
    if due_on is None or due_on.year >= NEVER.year:
        return NEVER
    next_day = datetime.combine(due_on + timedelta(days=1), time.min, tzinfo=zone)
    return next_day.astimezone(UTC) - timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """Instants from `start` up to, and without, `end`."""

    start: datetime
    end: datetime


class Calendar:
    """A person's days around now."""

    def __init__(self, zone: tzinfo, now: datetime) -> None:
        self.zone, self.now = zone, now
        self.today = now.astimezone(zone).date()

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(zone_named(user.time_zone), timezone.now())

    def start_of(self, day: date) -> datetime:
        if not LONG_AGO.year < day.year < NEVER.year:
            return LONG_AGO if day.year <= LONG_AGO.year else NEVER
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)

    def between(self, first: date | None, last: date | None) -> Span:
        """Whole days, the last one included; open where a day is missing. Undated is neither."""
        start = self.start_of(first) if first else LONG_AGO
        if last is None or last.year >= NEVER.year:
            return Span(start, NEVER)
        return Span(start, self.start_of(last + timedelta(days=1)))

    def span(self, due: Due) -> Span:
        """What lies in a group. A time that has passed today is overdue already."""
        tomorrow = self.start_of(self.today + timedelta(days=1))
        in_a_week = self.start_of(self.today + timedelta(days=8))
        return {
            Due.OVERDUE: Span(LONG_AGO, self.now),
            Due.TODAY: Span(self.now, tomorrow),
            Due.WEEK: Span(tomorrow, in_a_week),
            Due.LATER: Span(in_a_week, NEVER),
            Due.NONE: Span(NEVER, NEVER + timedelta(hours=1)),
        }[due]

    def group_of(self, overdue_at: datetime) -> Due:
        return next((due for due in Due if overdue_at < self.span(due).end), Due.NONE)


def next_days(first: date, count: int) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range(count))
