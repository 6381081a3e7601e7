"""The strip over the list: what is overdue, and what is due on each of the next days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count
from django.utils.dateformat import format as in_words

from asana_tasks.dates import Calendar, Due, next_days
from asana_tasks.models import Workspace
from asana_tasks.querysets import TaskQuerySet, within

DAYS: Final = 7  # today is the first
OVERDUE: Final = "overdue"
# In units of the SVG's viewBox
HEIGHT: Final = 16
LEAST: Final = 1  # height of a count above 0

Filters = dict[str, Any]


@dataclass(frozen=True)
class Piece:
    """A piece of a bar: the tasks of one colour."""

    css_class: str
    top: float
    height: float


@dataclass(frozen=True)
class Stack:
    """One of the strip's bars, with the tasks that it counts."""

    key: str  # in the ids of elements
    name: str  # such as "Overdue" or "Sun 29"
    heard: str  # after the name, such as "November"
    count: int
    pieces: list[Piece]
    address: str  # of the list with these alone, or of the whole one if it is that list already
    is_shown: bool
    is_weekend: bool = False


def week_strip(
    tasks: TaskQuerySet, calendar: Calendar, shown: Filters, address_of: Callable[[Filters], str]
) -> list[Stack]:
    """Return the stacks of the open tasks of a list, in one query.

    `shown` are the dates that the list is filtered by, `address_of` the address of the list with
    other dates.
    """
    days = list(next_days(calendar.today, DAYS))
    counts = _counts(tasks, calendar, days)
    most = max(1, *(sum(found.values()) for found in counts.values()))

    def stack(key: str, name: str, heard: str, filters: Filters, **about: bool) -> Stack:
        found = counts[key]
        is_shown = filters == shown
        return Stack(
            key,
            name,
            heard,
            sum(found.values()),
            _pieces(found, most, is_overdue=key == OVERDUE),
            address_of({} if is_shown else filters),
            is_shown,
            **about,
        )

    overdue = stack(OVERDUE, Due.OVERDUE.label, "", {"due": Due.OVERDUE})
    return [
        overdue,
        *(
            stack(
                day.isoformat(),
                "Today" if day == calendar.today else in_words(day, "D j"),
                in_words(day, "l j F" if day == calendar.today else "F"),
                {"due_from": day, "due_to": day},
                is_weekend=day.weekday() >= 5,
            )
            for day in days
        ),
    ]


def _counts(tasks: TaskQuerySet, calendar: Calendar, days: list[date]) -> dict[str, dict[int, int]]:
    """Return for each stack how many tasks it has of each workspace.

    What was due earlier today is overdue, and not counted twice.
    """
    spans = {OVERDUE: calendar.span(Due.OVERDUE), days[0].isoformat(): calendar.span(Due.TODAY)}
    spans |= {day.isoformat(): calendar.between(day, day) for day in days[1:]}
    counted = {
        f"in_{number}": Count("pk", filter=within(span))
        for number, span in enumerate(spans.values())
    }
    ends = calendar.between(days[-1], days[-1]).end
    rows = tasks.filter(overdue_at__lt=ends).order_by().values("workspace_id").annotate(**counted)
    found: dict[str, dict[int, int]] = {key: {} for key in spans}
    for workspace, *numbers in rows.values_list("workspace_id", *counted):
        for key, number in zip(spans, numbers, strict=True):
            if number:
                found[key][workspace] = number
    return found


def _pieces(found: dict[int, int], most: int, *, is_overdue: bool) -> list[Piece]:
    """Return the pieces of a bar from its foot; all of one colour if it is overdue."""
    by_colour: dict[str, int] = {}
    for workspace, count in sorted(found.items()):
        colour = "piece-overdue" if is_overdue else f"colour-{Workspace.colour_of(workspace)}"
        by_colour[colour] = by_colour.get(colour, 0) + count
    foot, pieces = float(HEIGHT), []
    for colour, count in by_colour.items():
        height = max(LEAST, round(HEIGHT * count / most, 1))
        foot = max(0.0, round(foot - height, 1))
        pieces.append(Piece(colour, foot, height))
    return pieces
