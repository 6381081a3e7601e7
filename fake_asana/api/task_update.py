"""The body of PUT /tasks/{gid}, and the fields that change with others."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from fake_asana.api.errors import ApiError
from fake_asana.api.task_filters import parse_moment
from fake_asana.clock import timestamp
from fake_asana.people import Person
from fake_asana.tasks import Task
from fake_asana.tasks.completion import APPROVAL, with_completion
from fake_asana.world import world


def read_body() -> dict[str, Any]:
    """Return `data` of the body `{"data": {…}, "options": {…}}`, or the form fields.

    Asana accepts both. Raises ApiError (400).
    """
    if not request.is_json:
        form = request.form.to_dict()
        return {name: {"true": True, "false": False}.get(form[name], form[name]) for name in form}
    try:
        body = request.get_json()
    except BadRequest:
        raise ApiError(400, "Could not parse request data, invalid JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "Could not parse request data, invalid JSON")
    for key in body:
        if key not in {"data", "options"}:
            only = "The only allowed keys at the top level are: data, options."
            raise ApiError(400, f"Unrecognized request field {key} . {only}")
    data = body.get("data", {})
    if not isinstance(data, dict):
        raise ApiError(400, "data: Value is not an object")
    return data


def changes(task: Task, data: dict[str, Any], person: Person) -> Task:
    """Return the fields sent, checked, and those that Asana changes with them.

    Raises ApiError (400) for a field that cannot be written or a value of a wrong type.
    """
    changed: Task = {}
    for name, value in data.items():
        if name not in WRITABLE:
            raise ApiError(400, f"{name}: Cannot write this property")
        changed[name] = WRITABLE[name](name, value)
    _dates(changed)
    if "approval_status" in changed and task["resource_subtype"] != "approval":
        raise ApiError(400, "approval_status: Cannot write this property")
    return with_completion(task, changed, person.as_user(), timestamp(world().clock.now()))


def _dates(changed: Task) -> None:
    if changed.get("due_on") and changed.get("due_at"):
        raise ApiError(400, "You may only provide one of due_on or due_at!")
    if due_at := changed.get("due_at"):
        changed["due_on"] = parse_moment(due_at).astimezone().date().isoformat()
    elif "due_on" in changed or "due_at" in changed:
        changed.update(due_at=None, due_on=changed.get("due_on"))


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ApiError(400, f"{name}: Not a boolean: {value}")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ApiError(400, f"{name}: Not a string: {value}")
    return value


def _day(name: str, value: Any) -> str | None:
    try:
        return date.fromisoformat(_text(name, value)).isoformat() if value else None
    except ValueError:
        raise ApiError(400, f"{name}: Not a valid date: {value}") from None


def _moment(name: str, value: Any) -> str | None:
    try:
        return timestamp(parse_moment(_text(name, value))) if value else None
    except ValueError:
        raise ApiError(400, f"{name}: Not a valid date-time: {value}") from None


def _approval(name: str, value: Any) -> str:
    if value not in APPROVAL:
        raise ApiError(400, f"{name}: Not one of {', '.join(APPROVAL)}: {value}")
    return str(value)


WRITABLE: dict[str, Callable[[str, Any], Any]] = {
    "approval_status": _approval,
    "completed": _boolean,
    "due_at": _moment,
    "due_on": _day,
    "liked": _boolean,
    "name": _text,
    "notes": _text,
}
