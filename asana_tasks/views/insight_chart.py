"""The charts of twelve weeks, in units of their SVG's viewBox."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from asana_tasks.views.insight_weeks import Known, Week, Weeks

WIDTH: Final = 12  # of a week
MARGIN: Final = 1.5  # on both sides of its bars
HEIGHT: Final = 48
LEAST: Final = 1  # height of a count above 0
NEW: Final = "new"
COMPLETED: Final = "completed"
GAPS: Final = {Known.PARTLY: "not all of it is known", Known.NOT: "not known"}


@dataclass(frozen=True)
class Bar:
    """A rectangle of a chart; its title tells a pointer what it stands for."""

    css_class: str
    title: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    width: int
    height: int
    bars: list[Bar]
    average_y: float | None = None


def completed_chart(weeks: Weeks) -> Chart:
    """Return bars of the completed tasks, and the line of their average if it is known."""
    most = _most(weeks.weeks, [COMPLETED])
    average = weeks.average
    average_y = None if average is None else round(HEIGHT - HEIGHT * average / most, 1)
    return Chart(len(weeks.weeks) * WIDTH, HEIGHT, _bars(weeks.weeks, [COMPLETED]), average_y)


def growth_chart(weeks: Weeks) -> Chart:
    """Return bars of new and completed tasks side by side."""
    return Chart(len(weeks.weeks) * WIDTH, HEIGHT, _bars(weeks.weeks, [NEW, COMPLETED]))


def _bars(weeks: list[Week], kinds: list[str]) -> list[Bar]:
    """Return a bar for each count above 0, and behind them one for each week with a gap."""
    most = _most(weeks, kinds)
    bars: list[Bar] = []
    for place, week in enumerate(weeks):
        x = place * WIDTH
        if week.known in GAPS:
            title = f"{week.name}: {GAPS[week.known]}"
            bars.append(Bar("gap", title, x + 0.5, 0, WIDTH - 1, HEIGHT))
        bars += _bars_of(week, kinds, x + MARGIN, most)
    return bars


def _bars_of(week: Week, kinds: list[str], x: float, most: int) -> Iterator[Bar]:
    width = (WIDTH - 2 * MARGIN) / len(kinds)
    at_least = "" if week.known is Known.WHOLE else "at least "
    for place, kind in enumerate(kinds):
        if count := _count(week, kind):
            height = max(LEAST, round(HEIGHT * count / most, 1))
            title = f"{week.name}: {at_least}{count:,} {kind}"
            yield Bar(kind, title, x + place * width, round(HEIGHT - height, 1), width, height)


def _count(week: Week, kind: str) -> int:
    return {NEW: week.created, COMPLETED: week.completed}[kind]


def _most(weeks: Iterable[Week], kinds: list[str]) -> int:
    return max(1, *(_count(week, kind) for week in weeks for kind in kinds))
