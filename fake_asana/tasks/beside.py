"""Comments and attachments, which have endpoints of their own beside their task."""

import html
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fake_asana.clock import timestamp
from fake_asana.tasks.related import Task, related


def comment(
    task: Task, number: int, by: Mapping[str, Any], text: str, moment: datetime
) -> dict[str, Any]:
    """Return the story of the `number`th comment of a task, counted from 1."""
    story = related("story", f"{task['gid']}/{number}")
    return {
        "gid": story["gid"],
        "resource_type": "story",
        "resource_subtype": "comment_added",
        "type": "comment",
        "created_at": timestamp(moment),
        "created_by": dict(by),
        "text": text,
        "html_text": f"<body>{html.escape(text)}</body>",
        "target": reference(task),
    }


def attachment(task: Task, name: str, moment: datetime) -> dict[str, Any]:
    return {
        **related("attachment", name, task["gid"]),
        "resource_subtype": "asana",
        "created_at": timestamp(moment),
        "host": "asana",
        "parent": reference(task),
        "permanent_url": None,
    }


def reference(task: Task) -> Task:
    """Return the compact form of a task, for what names it."""
    return {key: task[key] for key in ("gid", "resource_type", "name", "resource_subtype")}
