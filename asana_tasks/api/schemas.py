"""Schemas of the responses that we store; other fields are ignored.

A field of a wrong type counts as absent. Parsers return None for a row without a gid.
"""

import dataclasses
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit

from accounts.printable import visible_name
from asana_tasks.dates import parse_day, parse_instant

MAX_TEXT = 10_000
MAX_LABEL = 200  # letters of the name of a tag, a person or a section of My Tasks
MOST_TAGS = 100


class Named(TypedDict):
    gid: str
    name: str


class Membership(TypedDict):
    """A project that a task is in, with the section."""

    project: Named
    section: Named | None


@dataclass(frozen=True)
class WorkspaceSchema:
    gid: str
    name: str
    is_organization: bool


@dataclass(frozen=True)
class TaskSchema:
    gid: str
    name: str = ""
    resource_subtype: str = "default_task"
    approval_status: str = ""
    completed: bool = False
    completed_at: datetime | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    start_on: date | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    permalink_url: str = ""
    parent_gid: str = ""
    parent_name: str = ""
    memberships: list[Membership] = field(default_factory=list)
    tags: list[Named] = field(default_factory=list)
    created_by_gid: str = ""
    created_by_name: str = ""
    assignee_section_gid: str = ""  # of My Tasks
    assignee_section_name: str = ""
    completed_by: str = ""  # gid; not stored


TASK_COLUMNS = [
    each.name for each in dataclasses.fields(TaskSchema) if each.name not in {"gid", "completed_by"}
]


@dataclass(frozen=True)
class SightingSchema:
    """A task that was asked for by its gid: who has it now, and where."""

    task: TaskSchema
    assignee: str | None  # gid; None if nobody has it
    workspace: str  # gid; "" if Asana doesn't say


def parse_workspace(row: Any) -> WorkspaceSchema | None:
    gid = _gid(row)
    if gid is None:
        return None
    return WorkspaceSchema(gid, _name(row.get("name"), 255), row.get("is_organization") is True)


def is_separator(row: Any) -> bool:
    """Tell whether a row is a heading of an old list, which Asana sends among the tasks."""
    return isinstance(row, dict) and row.get("is_rendered_as_separator") is True


def parse_task(row: Any) -> TaskSchema | None:
    """Parse a task. None too if name or `completed` is missing: it isn't what was asked for."""
    gid = _gid(row)
    if gid is None or not isinstance(row.get("completed"), bool) or "name" not in row:
        return None
    completed_by = parse_named(row.get("completed_by"))
    due_at = _instant(row.get("due_at"))
    parent = parse_named(row.get("parent"))
    created_by = _labelled(row.get("created_by"))
    section = _labelled(row.get("assignee_section"))
    return TaskSchema(
        gid=gid,
        name=_name(row.get("name")),
        resource_subtype=parse_text(row.get("resource_subtype"), 64) or "default_task",
        approval_status=parse_text(row.get("approval_status"), 32),
        completed=row.get("completed") is True,
        completed_at=_instant(row.get("completed_at")),
        due_on=_day(row.get("due_on")) or (due_at.date() if due_at else None),
        due_at=due_at,
        start_on=_day(row.get("start_on")),
        created_at=_instant(row.get("created_at")),
        modified_at=_instant(row.get("modified_at")),
        permalink_url=_web_address(row.get("permalink_url")),
        parent_gid=parent["gid"] if parent else "",
        parent_name=parent["name"] if parent else "",
        memberships=_memberships(row.get("memberships")),
        tags=_tags(row.get("tags")),
        created_by_gid=created_by["gid"],
        created_by_name=created_by["name"],
        assignee_section_gid=section["gid"],
        assignee_section_name=section["name"],
        completed_by=completed_by["gid"] if completed_by else "",
    )


def parse_sighting(row: Any) -> SightingSchema | None:
    """Parse a task with its assignee; None if the response does not say who has it."""
    task = parse_task(row)
    if task is None or "assignee" not in row:
        return None
    assignee, workspace = parse_named(row["assignee"]), parse_named(row.get("workspace"))
    if row["assignee"] is not None and assignee is None:
        return None
    return SightingSchema(task, assignee and assignee["gid"], workspace["gid"] if workspace else "")


def _memberships(value: Any) -> list[Membership]:
    memberships: list[Membership] = []
    for each in value if isinstance(value, list) else []:
        project = parse_named(each.get("project")) if isinstance(each, dict) else None
        if project is not None:
            memberships.append({"project": project, "section": parse_named(each.get("section"))})
    return memberships


def _tags(value: Any) -> list[Named]:
    """Return the tags in an order of our own: another one is no change of the task."""
    rows = map(_labelled, value[:MOST_TAGS] if isinstance(value, list) else [])
    tags = {row["gid"]: row for row in rows if row["gid"]}
    return [tags[gid] for gid in sorted(tags)]


def _labelled(value: Any) -> Named:
    """Return gid and name, the name as a label; both '' if it is none."""
    named = parse_named(value)
    if named is None:
        return {"gid": "", "name": ""}
    return {"gid": named["gid"], "name": label_of(named["name"])}


def label_of(value: Any) -> str:
    """Return a name on one line, so that it comes back from a form as it was sent."""
    return " ".join(_name(value).split())[:MAX_LABEL].strip()


def parse_named(value: Any) -> Named | None:
    gid = _gid(value)
    return None if gid is None else {"gid": gid, "name": _name(value.get("name"))}


def _gid(value: Any) -> str | None:
    gid = value.get("gid") if isinstance(value, dict) else None
    return gid if isinstance(gid, str) and 0 < len(gid) <= 64 and gid.isalnum() else None


def parse_text(value: Any, length: int = MAX_TEXT) -> str:
    """Return at most `length` characters; '' if the value is no text.

    Removes NUL and replaces unpaired surrogates, which databases cannot store.
    """
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:length]


def _name(value: Any, length: int = MAX_TEXT) -> str:
    """Return a name as Asana has it; '' if nobody can see it."""
    name = parse_text(value, length)
    return name if visible_name(name) else ""


def _day(value: Any) -> date | None:
    return parse_day(value) if isinstance(value, str) else None


def _instant(value: Any) -> datetime | None:
    return parse_instant(value) if isinstance(value, str) else None


def _web_address(value: Any) -> str:
    """Return an http or https URL; '' for anything else, since pages put it into `href`."""
    url = parse_text(value, 2001)
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc and len(url) <= 2000 else ""
