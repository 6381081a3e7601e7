"""The last twelve weeks: what was new, what was completed, and how much of it is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from asana_tasks.dates import Calendar, Span
from asana_tasks.querysets import TaskQuerySet, completed_within, created_within
from asana_tasks.sync.status import SyncStatus

WEEKS: Final = 12  # this one is the last
RECENTLY: Final = timedelta(days=1)


class Known(StrEnum):
    """How much of a week is known: of every source, of some or in part, or nothing."""

    WHOLE = "whole"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True)
class Source:
    """A workspace, or an account without any yet, and the time of which its tasks are known."""

    name: str
    account: str  # '' for the main one
    since: datetime | None  # None: it was never read to its end
    until: datetime | None

    def knows(self, span: Span) -> Known:
        if self.since is None or self.until is None:
            return Known.NOT
        if self.since <= span.start and self.until >= span.end:
            return Known.WHOLE
        overlaps = self.since < span.end and self.until > span.start
        return Known.PARTLY if overlaps else Known.NOT


@dataclass(frozen=True)
class Week:
    first: date
    last: date
    is_now: bool
    names_month: bool  # under the chart: the first of a month, and of the chart
    known: Known
    created: int
    completed: int

    @property
    def growth(self) -> int:
        return self.created - self.completed

    @property
    def name(self) -> str:
        return f"Week of {self.first.day} {self.first:%B}"

    @property
    def is_whole(self) -> bool:
        """Tell whether it has ended and is known: only such weeks make averages and sums."""
        return self.known is Known.WHOLE and not self.is_now

    @property
    def shrinkage(self) -> int:
        return -self.growth


@dataclass(frozen=True)
class Weeks:
    weeks: list[Week]
    gaps: list[Source]  # the sources of which some week is not known

    @property
    def whole(self) -> list[Week]:
        return [week for week in self.weeks if week.is_whole]

    @property
    def are_empty(self) -> bool:
        """Tell whether it is known that nothing was new or completed."""
        return not self.gaps and not any(week.created or week.completed for week in self.weeks)

    @property
    def now(self) -> Week:
        return self.weeks[-1]

    @property
    def created(self) -> int:
        return sum(week.created for week in self.whole)

    @property
    def completed(self) -> int:
        return sum(week.completed for week in self.whole)

    @property
    def growth(self) -> int:
        return self.created - self.completed

    @property
    def shrinkage(self) -> int:
        return -self.growth

    @property
    def average(self) -> float | None:
        """Return how many tasks were completed in a whole week; None if none is known."""
        return round(self.completed / len(self.whole), 1) if self.whole else None


def count_weeks(tasks: TaskQuerySet, calendar: Calendar, sync_status: SyncStatus) -> Weeks:
    """Return the last weeks of a person's tasks, in two queries."""
    this_week = calendar.week_of(calendar.today)
    firsts = [this_week - timedelta(weeks=number) for number in reversed(range(WEEKS))]
    spans = [calendar.between(first, first + timedelta(days=6)) for first in firsts]
    begin = spans[0].start
    done = {f"week_{number}": completed_within(span) for number, span in enumerate(spans)}
    new = {f"week_{number}": created_within(span) for number, span in enumerate(spans)}
    completed = tasks.done().filter(completed_at__gte=begin).counts(**done)
    created = tasks.filter(created_at__gte=begin).counts(**new)
    sources = _sources(sync_status)
    start = spans[-1].start  # of this week, which is known as far as a recent sync goes
    asked = [*spans[:-1], Span(start, max(start, calendar.now - RECENTLY))]
    weeks = [
        Week(
            first,
            first + timedelta(days=6),
            first == this_week,
            first == firsts[0] or first.day <= 7,
            _all_together(source.knows(span) for source in sources),
            created[key],
            completed[key],
        )
        for first, span, key in zip(firsts, asked, done, strict=True)
    ]
    gaps = [each for each in sources if any(each.knows(span) != Known.WHOLE for span in asked)]
    return Weeks(weeks, gaps)


def _sources(sync_status: SyncStatus) -> list[Source]:
    sources = []
    for account, _, workspaces in sync_status.by_account:
        if not workspaces:
            sources.append(Source(account.display_name, "", None, None))
        sources += [
            Source(
                str(each),
                "" if account == sync_status.main_account else account.display_name,
                each.completed_since,
                each.synced_at,
            )
            for each in workspaces
            if each.is_offered
        ]
    return sources


def _all_together(each: Iterable[Known]) -> Known:
    """Return what is known of a week from what each source knows."""
    found = set(each)
    if found == {Known.NOT}:
        return Known.NOT
    return Known.WHOLE if found <= {Known.WHOLE} else Known.PARTLY
