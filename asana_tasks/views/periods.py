"""The month or the week that the calendar shows."""

import calendar
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Self

from django.utils.formats import date_format

from asana_tasks.dates import Calendar

EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = date(2999, 12, 1)
WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True)
class Period(ABC):
    """Days one after another; `first` is the first of them."""

    first: date
    first_weekday: int

    name: ClassVar[str]  # in addresses
    pattern: ClassVar[str]  # of its value there, for strptime

    @classmethod
    @abstractmethod
    def around(cls, day: date, calendar: Calendar) -> Self:
        """Return the period that a day is in."""

    @classmethod
    def named(cls, text: str, calendar: Calendar) -> Self:
        """Parse a period as `str` writes it; return that of today for anything else."""
        try:
            day = datetime.strptime(text, cls.pattern).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            day = calendar.today
        return cls.around(day if EARLIEST <= day <= LATEST else calendar.today, calendar)

    def __str__(self) -> str:
        return f"{self.first:{self.pattern}}"

    @property
    def query(self) -> str:
        """Return the part of a query string that names it."""
        return f"{self.name}={self}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    @abstractmethod
    def last(self) -> date: ...

    @property
    @abstractmethod
    def title(self) -> str: ...

    @property
    @abstractmethod
    def next(self) -> Self | None:
        """Return the period after this one; None at the end of what can be shown."""

    @property
    @abstractmethod
    def previous(self) -> Self | None:
        """Return the period before this one; None at the beginning of what can be shown."""

    @abstractmethod
    def weeks(self) -> list[list[date]]:
        """Return whole weeks: with the days outside of the period that fill them."""

    def _at(self, first: date) -> Self:
        return type(self)(first, self.first_weekday)

    @property
    def is_week(self) -> bool:
        return self.name == "week"


class Month(Period):
    name, pattern = "month", "%Y-%m"

    @property
    def title(self) -> str:
        return str(date_format(self.first, "F Y"))

    @classmethod
    def around(cls, day: date, calendar: Calendar) -> Self:
        return cls(day.replace(day=1), calendar.first_weekday)

    @property
    def last(self) -> date:
        return self._following - timedelta(days=1)

    @property
    def next(self) -> Self | None:
        return self._at(self._following) if self.first < LATEST else None

    @property
    def previous(self) -> Self | None:
        day_before = self.first - timedelta(days=1)
        return self._at(day_before.replace(day=1)) if self.first > EARLIEST else None

    @property
    def _following(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    def weeks(self) -> list[list[date]]:
        weeks = calendar.Calendar(self.first_weekday)
        return weeks.monthdatescalendar(self.first.year, self.first.month)


class Week(Period):
    name, pattern = "week", "%Y-%m-%d"

    @property
    def title(self) -> str:
        """Return its days, such as `28 November to 4 December 2026`."""
        differ = {"F": self.first.month != self.last.month, "Y": self.first.year != self.last.year}
        parts = ["j", *(part for part, holds in differ.items() if holds)]
        return f"{date_format(self.first, ' '.join(parts))} to {date_format(self.last, 'j F Y')}"

    @classmethod
    def around(cls, day: date, calendar: Calendar) -> Self:
        return cls(calendar.week_of(day), calendar.first_weekday)

    @property
    def last(self) -> date:
        return self.first + WEEK - timedelta(days=1)

    @property
    def next(self) -> Self | None:
        return self._at(self.first + WEEK) if self.first + WEEK <= LATEST else None

    @property
    def previous(self) -> Self | None:
        return self._at(self.first - WEEK) if self.last - WEEK >= EARLIEST else None

    def weeks(self) -> list[list[date]]:
        return [[self.first + timedelta(days=number) for number in range(7)]]


def period_of(query: Mapping[str, str], calendar: Calendar) -> Period:
    """Return the week or the month that a query string names; this month if it names none."""
    kind = Week if Week.name in query else Month
    return kind.named(query.get(kind.name, ""), calendar)
