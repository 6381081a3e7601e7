"""Asana's REST API: what we ask of it, one function a question. It knows no models.

Every function raises what stands at the top of `sending.py`, under the names given here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from asana_tasks.api.detail_schemas import (
    DetailsSchema,
    SubtaskSchema,
    parse_details,
    parse_subtask,
)
from asana_tasks.api.schemas import (
    TaskSchema,
    WorkspaceSchema,
    is_separator,
    parse_task,
    parse_workspace,
)
from asana_tasks.api.transport import (
    AsanaError,
    Forbidden,
    NotAuthorized,
    RateLimited,
    Rejected,
    Unavailable,
    Unknown,
    send,
)

__all__ = [
    "AsanaError",
    "Forbidden",
    "NotAuthorized",
    "RateLimited",
    "Rejected",
    "Unavailable",
    "Unknown",
]

PATIENCE: Final = 5.0  # seconds, while somebody waits for a page
PAGE_SIZE: Final = 100  # the most Asana allows for `limit`
TASK_FIELDS: Final = ",".join(
    (
        "name",
        "resource_subtype",
        "approval_status",
        "completed",
        "completed_at",
        "due_on",
        "due_at",
        "start_on",
        "created_at",
        "modified_at",
        "permalink_url",
        "parent.name",
        "memberships.project.name",
        "memberships.section.name",
        "is_rendered_as_separator",
    )
)
DETAIL_FIELDS: Final = ",".join(
    (
        "html_notes",
        "num_subtasks",
        "assignee.name",
        "assignee_section.name",
        "followers.name",
        "tags.name",
        "custom_fields.name",
        "custom_fields.display_value",
    )
)
SUBTASK_FIELDS: Final = "name,completed,due_on,due_at,permalink_url,is_rendered_as_separator"

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: list[Item]
    offset: str | None  # of the next page; None on the last one
    unreadable: int = 0  # rows that could not be parsed, so that this page is not the whole truth


@sensitive_variables()
def workspaces(
    token: str, offset: str | None = None, *, seconds: float | None = None
) -> Page[WorkspaceSchema]:
    """The workspaces this token may see (developers.asana.com/reference/getworkspaces)."""
    query = {"opt_fields": "name,is_organization"}
    return _page("/workspaces", token, query, offset, parse_workspace, seconds=seconds)


@sensitive_variables()
def assigned_tasks(
    token: str, workspace: str, *, completed_since: datetime, offset: str | None = None
) -> Page[TaskSchema]:
    """My tasks in a workspace: the open ones, and those completed since then.

    developers.asana.com/reference/gettasks
    """
    query = {
        "assignee": "me",
        "workspace": workspace,
        "completed_since": completed_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "opt_fields": TASK_FIELDS,
    }
    return _page("/tasks", token, query, offset, parse_task)


@sensitive_variables()
def task(token: str, gid: str) -> TaskSchema:
    """One task as it is now (developers.asana.com/reference/gettask)."""
    return _one("GET", gid, token, TASK_FIELDS, parse_task)


@sensitive_variables()
def update_task(token: str, gid: str, fields: Mapping[str, Any]) -> TaskSchema:
    """Change these fields and no others (developers.asana.com/reference/updatetask).

    After Unavailable it may or may not have been changed; after any other error it has not.
    """
    return _one("PUT", gid, token, TASK_FIELDS, parse_task, json={"data": dict(fields)})


@sensitive_variables()
def task_details(token: str, gid: str) -> DetailsSchema:
    """What a task's own page shows beside what we keep."""
    return _one("GET", gid, token, DETAIL_FIELDS, parse_details, seconds=PATIENCE)


@sensitive_variables()
def subtasks(token: str, gid: str, offset: str | None = None) -> Page[SubtaskSchema]:
    """developers.asana.com/reference/getsubtasksfortask"""
    query = {"opt_fields": SUBTASK_FIELDS}
    path = f"/tasks/{gid}/subtasks"
    return _page(path, token, query, offset, parse_subtask, seconds=PATIENCE)


@sensitive_variables()
def _one(
    method: str,
    gid: str,
    token: str,
    opt_fields: str,
    parse: Callable[[Any], Item | None],
    **kwargs: Any,
) -> Item:
    response = send(method, f"/tasks/{gid}", token, params={"opt_fields": opt_fields}, **kwargs)
    row = response.get("data")
    item = parse(row)
    if item is None or not isinstance(row, dict) or row["gid"] != gid:
        raise Unavailable("Asana's answer holds another task or none")
    return item


@sensitive_variables()
def _page(
    path: str,
    token: str,
    query: Mapping[str, Any],
    offset: str | None,
    parse: Callable[[Any], Item | None],
    **kwargs: Any,
) -> Page[Item]:
    """Return one page (developers.asana.com/docs/pagination), without separators.

    With `limit`, `next_page` is always there, and null on the last page: a page without it is cut
    off. Raises Unavailable for what is no page.
    """
    params = {**query, "limit": PAGE_SIZE, **({"offset": offset} if offset else {})}
    response = send("GET", path, token, params=params, **kwargs)
    rows = response.get("data")
    if not isinstance(rows, list) or "next_page" not in response:
        raise Unavailable("Asana's answer holds no whole page of a list")
    parsed = [parse(row) for row in rows if not is_separator(row)]
    items = [item for item in parsed if item is not None]
    offset = _next_offset(response["next_page"], sent=offset)
    return Page(items, offset, unreadable=len(parsed) - len(items))


def _next_offset(next_page: Any, *, sent: str | None) -> str | None:
    if next_page is None:
        return None
    offset = next_page.get("offset") if isinstance(next_page, dict) else None
    if not isinstance(offset, str) or not offset or offset == sent:
        raise Unavailable("Asana's pages lead nowhere")
    uri = str(next_page.get("uri") or settings.ASANA_API_URL)
    try:
        elsewhere = urlsplit(uri)[:2] != urlsplit(settings.ASANA_API_URL)[:2]
    except ValueError:
        elsewhere = True
    if elsewhere:
        raise Unavailable("Asana's pages lead to another host")
    return offset
