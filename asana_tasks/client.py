"""Asana's REST API: what we ask of it, one function a question. It knows no models.

AsanaError
├── Unavailable     no answer, a 5xx, or not what was asked for: keep what we have, try later
├── RateLimited     429: ask again after `retry_after` seconds
├── NotAuthorized   401: this token is not accepted (any more)
└── Forbidden       402, 403, 404, 451: not this one thing
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts import http
from asana_tasks.answers import TaskAnswer, WorkspaceAnswer, parse_task, parse_workspace

PAGE_SIZE: Final = 100  # the most Asana allows for `limit`
SECONDS: Final = 20.0
DEFAULT_RETRY_AFTER: Final = 60
MAX_RETRY_AFTER: Final = 3600
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


class AsanaError(Exception):
    pass


class Unavailable(AsanaError):
    pass


class RateLimited(AsanaError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Asana asks to wait {retry_after} seconds")
        self.retry_after = retry_after


class NotAuthorized(AsanaError):
    pass


class Forbidden(AsanaError):
    pass


Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: list[Item]
    offset: str | None  # of the next page; None on the last one


@sensitive_variables()
def workspaces(token: str, offset: str | None = None) -> Page[WorkspaceAnswer]:
    """The workspaces this token may see (developers.asana.com/reference/getworkspaces)."""
    query = {"opt_fields": "name,is_organization"}
    return _page("/workspaces", token, query, offset, parse_workspace)


@sensitive_variables()
def assigned_tasks(
    token: str, workspace: str, *, completed_since: datetime, offset: str | None = None
) -> Page[TaskAnswer]:
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
def _page(
    path: str,
    token: str,
    query: Mapping[str, Any],
    offset: str | None,
    parse: Callable[[Any], Item | None],
) -> Page[Item]:
    """One page; rows that are no rows are left out (developers.asana.com/docs/pagination)."""
    params = {**query, "limit": PAGE_SIZE, **({"offset": offset} if offset else {})}
    answer = _send("GET", path, token, params=params)
    rows = answer.get("data")
    if not isinstance(rows, list):
        raise Unavailable("Asana's answer holds no list")
    items = [item for item in map(parse, rows) if item is not None]
    return Page(items, _next_offset(answer.get("next_page"), sent=offset))


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


@sensitive_variables()
def _send(method: str, path: str, token: str, **kwargs: Any) -> dict[str, Any]:
    """The one place that sends. developers.asana.com/docs/errors"""
    try:
        answer = http.send(
            method,
            settings.ASANA_API_URL + path,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            seconds=SECONDS,
            limit=16 * http.BYTES,
            **kwargs,
        )
    except requests.RequestException as error:
        raise Unavailable("Asana isn't answering") from error
    if answer.status_code != requests.codes.ok:
        raise _error(answer)
    try:
        body = answer.json()
    except ValueError as error:
        raise Unavailable("Asana's answer is not JSON") from error
    if not isinstance(body, dict):
        raise Unavailable("Asana's answer is not an object")
    return body


def _error(answer: requests.Response) -> AsanaError:
    match answer.status_code:
        case 401:
            return NotAuthorized("Asana doesn't accept our token")
        case 402 | 403 | 404 | 451:
            return Forbidden("Asana doesn't let us see this")
        case 429:
            return RateLimited(_retry_after(answer.headers.get("Retry-After", "")))
        case status:
            return Unavailable(f"Asana answers with an error ({status})")


def _retry_after(header: str) -> int:
    seconds = int(header[:9]) if header.isdecimal() else DEFAULT_RETRY_AFTER
    return min(max(seconds, 1), MAX_RETRY_AFTER)
