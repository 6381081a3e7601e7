"""Schemas of the responses that a task's own page shows. None of it is stored."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from asana_tasks.api.schemas import parse_named, parse_task, parse_text

MOST_ROWS = 200
MAX_NOTES = 200_000


@dataclass(frozen=True)
class SubtaskSchema:
    gid: str
    name: str
    completed: bool
    due_on: date | None
    due_at: datetime | None
    permalink_url: str


@dataclass(frozen=True)
class DetailsSchema:
    html_notes: str  # as Asana sent it: clean it before showing it
    num_subtasks: int
    assignee: str
    assignee_section: str
    followers: list[str]
    tags: list[str]
    custom_fields: list[tuple[str, str]]  # name, display_value


def parse_details(row: Any) -> DetailsSchema | None:
    if parse_named(row) is None:
        return None
    number = row.get("num_subtasks")
    return DetailsSchema(
        html_notes=parse_text(row.get("html_notes"), MAX_NOTES),
        num_subtasks=number if isinstance(number, int) else 0,
        assignee=_name(row.get("assignee")),
        assignee_section=_name(row.get("assignee_section")),
        followers=_names(row.get("followers")),
        tags=_names(row.get("tags")),
        custom_fields=_custom_fields(row.get("custom_fields")),
    )


def parse_subtask(row: Any) -> SubtaskSchema | None:
    task = parse_task(row)
    if task is None:
        return None
    return SubtaskSchema(
        task.gid, task.name, task.completed, task.due_on, task.due_at, task.permalink_url
    )


def _name(value: Any) -> str:
    named = parse_named(value)
    return named["name"] if named else ""


def _names(value: Any) -> list[str]:
    rows = value[:MOST_ROWS] if isinstance(value, list) else []
    return [name for name in map(_name, rows) if name]


def _custom_fields(value: Any) -> list[tuple[str, str]]:
    """Return name and value of the fields that have a value, in Asana's order."""
    rows = value[:MOST_ROWS] if isinstance(value, list) else []
    fields = ((_name(row), parse_text(row.get("display_value"))) for row in rows if _name(row))
    return [(name, shown) for name, shown in fields if shown]
