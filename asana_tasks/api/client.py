"""Client of Asana's REST API: one function for each request. It knows no models.

Every function raises AsanaError (errors.py).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from asana_tasks.api.detail_schemas import (
    DetailsSchema,
    SubtaskSchema,
    parse_details,
    parse_subtask,
)
from asana_tasks.api.errors import Forbidden, Unavailable
from asana_tasks.api.field_schemas import FieldsSchema, parse_fields
from asana_tasks.api.paging import Page, get_page
from asana_tasks.api.schemas import (
    SightingSchema,
    TaskSchema,
    WorkspaceSchema,
    parse_sighting,
    parse_task,
    parse_workspace,
)
from asana_tasks.api.transport import send
from asana_tasks.error_codes import ErrorCode

PAGE_SECONDS: Final = 5.0  # the most for a request that a page waits for
TASK_OPT_FIELDS: Final = ",".join(
    (
        "name",
        "resource_subtype",
        "approval_status",
        "completed",
        "completed_at",
        "completed_by.gid",
        "due_on",
        "due_at",
        "start_on",
        "created_at",
        "modified_at",
        "permalink_url",
        "parent.name",
        "memberships.project.name",
        "memberships.section.name",
        "tags.name",
        "created_by.name",
        "assignee_section.name",
        "is_rendered_as_separator",
    )
)
SIGHTING_OPT_FIELDS: Final = f"{TASK_OPT_FIELDS},assignee.gid,workspace.gid"
DETAIL_OPT_FIELDS: Final = ",".join(
    (
        "html_notes",
        "num_subtasks",
        "assignee.name",
        "assignee_section.name",
        "followers.name",
        "tags.name",
    )
)
DETAIL_CUSTOM_FIELDS: Final = "custom_fields.name,custom_fields.display_value"
FIELDS_OPT_FIELDS: Final = ",".join(
    (
        "custom_fields.name",
        "custom_fields.resource_subtype",
        "custom_fields.display_value",
        "custom_fields.number_value",
        "custom_fields.date_value",
        "custom_fields.enum_value.gid",
        "custom_fields.enum_options.gid",
        "is_rendered_as_separator",
    )
)
SUBTASK_OPT_FIELDS: Final = "name,completed,due_on,due_at,permalink_url,is_rendered_as_separator"

Item = TypeVar("Item")


def get_workspaces(
    token: str, offset: str | None = None, *, seconds: float | None = None
) -> Page[WorkspaceSchema]:
    """Return a page of the token's workspaces (developers.asana.com/reference/getworkspaces)."""
    query = {"opt_fields": "name,is_organization"}
    return get_page("/workspaces", token, query, offset, parse_workspace, seconds=seconds)


def get_me(token: str) -> None:
    """Ask who the token's owner is, to see whether it is accepted.

    developers.asana.com/reference/getuser
    """
    send("GET", "/users/me", token, params={"opt_fields": "name"})


def get_tasks(
    token: str,
    workspace: str,
    *,
    completed_since: datetime,
    modified_since: datetime | None = None,
    offset: str | None = None,
) -> Page[TaskSchema]:
    """Return a page of the tasks assigned to the token's owner in a workspace.

    These are the open tasks and those completed since `completed_since`; of these, the ones
    modified since `modified_since`. Renaming a task's project, section or parent does not modify
    it (developers.asana.com/reference/gettasks).
    """
    query = {
        "assignee": "me",
        "workspace": workspace,
        "completed_since": _as_text(completed_since),
        "opt_fields": TASK_OPT_FIELDS,
    }
    if modified_since:
        query["modified_since"] = _as_text(modified_since)
    return get_page("/tasks", token, query, offset, parse_task)


def get_custom_fields(
    token: str,
    workspace: str,
    *,
    completed_since: datetime,
    modified_since: datetime | None = None,
    offset: str | None = None,
) -> Page[FieldsSchema]:
    """Return a page of the custom fields of the tasks that `get_tasks` lists.

    A request of its own: it is not documented whether they need a scope besides `tasks:read`
    (developers.asana.com/docs/oauth-scopes), and a refusal would be one of the whole list.
    """
    query = {
        "assignee": "me",
        "workspace": workspace,
        "completed_since": _as_text(completed_since),
        "opt_fields": FIELDS_OPT_FIELDS,
    }
    if modified_since:
        query["modified_since"] = _as_text(modified_since)
    return get_page("/tasks", token, query, offset, parse_fields)


def _as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def get_task(token: str, gid: str) -> TaskSchema:
    """Return a task as it is now (developers.asana.com/reference/gettask)."""
    return _one("GET", gid, token, TASK_OPT_FIELDS, parse_task)


def look_for_task(token: str, gid: str) -> SightingSchema:
    """Return a task with its assignee and workspace (developers.asana.com/reference/gettask)."""
    return _one("GET", gid, token, SIGHTING_OPT_FIELDS, parse_sighting)


def update_task(token: str, gid: str, fields: Mapping[str, Any]) -> TaskSchema:
    """Change these fields only; return the task (developers.asana.com/reference/updatetask).

    After Unavailable the task may or may not have been changed; after any other error, and after
    Rejected, it has not.
    """
    return _one("PUT", gid, token, TASK_OPT_FIELDS, parse_task, json={"data": dict(fields)})


def get_task_details(token: str, gid: str) -> DetailsSchema:
    """Return the fields of a task that its page shows and that we do not store.

    Whether a token without `custom_fields:read` may read custom fields is not known: if Asana
    refuses, the other fields are asked for alone. developers.asana.com/reference/gettask
    """
    fields = f"{DETAIL_OPT_FIELDS},{DETAIL_CUSTOM_FIELDS}"
    try:
        return _one("GET", gid, token, fields, parse_details, seconds=PAGE_SECONDS)
    except Forbidden:
        return _one("GET", gid, token, DETAIL_OPT_FIELDS, parse_details, seconds=PAGE_SECONDS)


def get_subtasks(token: str, gid: str, offset: str | None = None) -> Page[SubtaskSchema]:
    """Return a page of subtasks (developers.asana.com/reference/getsubtasksfortask)."""
    query = {"opt_fields": SUBTASK_OPT_FIELDS}
    path = f"/tasks/{gid}/subtasks"
    return get_page(path, token, query, offset, parse_subtask, seconds=PAGE_SECONDS)


def _one(
    method: str,
    gid: str,
    token: str,
    opt_fields: str,
    parse: Callable[[Any], Item | None],
    **kwargs: Any,
) -> Item:
    response = send(method, f"/tasks/{gid}", token, params={"opt_fields": opt_fields}, **kwargs)
    row = response.body.get("data")
    item = parse(row)
    if item is None or not isinstance(row, dict) or row["gid"] != gid:
        raise Unavailable(ErrorCode.ANOTHER_TASK)
    return item
