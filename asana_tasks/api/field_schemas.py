"""Schemas of the custom fields of tasks.

developers.asana.com/reference/custom-fields
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from asana_tasks.api.schemas import label_of, parse_named
from asana_tasks.dates import parse_day

MOST_FIELDS: Final = 100  # of a task


@dataclass(frozen=True)
class FieldSchema:
    """A custom field of a task, with its value."""

    gid: str
    name: str
    kind: str  # Asana's resource_subtype, such as enum or number
    shown: str  # the value as Asana shows it
    rank: float | None = None  # by which values are sorted; None: by what is shown


@dataclass(frozen=True)
class FieldsSchema:
    """The custom fields of a task that have a value."""

    gid: str  # of the task
    fields: list[FieldSchema]


def parse_fields(row: Any) -> FieldsSchema | None:
    """Parse a task with its custom fields; None without them: it isn't what was asked for."""
    task = parse_named(row)
    if task is None or not isinstance(row.get("custom_fields"), list):
        return None
    fields = {}
    for each in map(_field, row["custom_fields"][:MOST_FIELDS]):
        if each is not None:
            fields[each.gid] = each
    return FieldsSchema(task["gid"], [fields[gid] for gid in sorted(fields)])


def _field(row: Any) -> FieldSchema | None:
    """Return a field that has a name and a value; else None."""
    named = parse_named(row)
    if named is None:
        return None
    name, shown = label_of(named["name"]), label_of(row.get("display_value"))
    if not (name and shown):
        return None
    told = row.get("resource_subtype")
    kind = told if isinstance(told, str) and told in RANKS else "other"
    return FieldSchema(named["gid"], name, kind, shown, RANKS[kind](row))


def _number(row: Any) -> float | None:
    value = row.get("number_value")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        number = float(value) if is_number else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _day(row: Any) -> float | None:
    value = row.get("date_value")
    text = value.get("date") if isinstance(value, dict) else None
    day = parse_day(text) if isinstance(text, str) else None
    return float(day.toordinal()) if day else None


def _place(row: Any) -> float | None:
    """Return the place of an option among those of its field."""
    chosen, options = parse_named(row.get("enum_value")), row.get("enum_options")
    if chosen is None or not isinstance(options, list):
        return None
    gids = [each.get("gid") for each in options if isinstance(each, dict)]
    return float(gids.index(chosen["gid"])) if chosen["gid"] in gids else None


RANKS: Final[dict[str, Callable[[Any], float | None]]] = {
    "enum": _place,
    "number": _number,
    "date": _day,
    "text": lambda _row: None,
    "other": lambda _row: None,
}
