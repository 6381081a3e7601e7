"""The filters `completed_since` and `modified_since`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from flask import request

from fake_asana.api.errors import ApiError
from fake_asana.clock import timestamp
from fake_asana.tasks import Task
from fake_asana.world import world


def keeper() -> Callable[[Task], bool]:
    """Return a function that tells whether this request lists a task; never a deleted one."""
    # All date-times of the stand-in have one form, so they compare as text.
    completed_since = _moment("completed_since")
    modified_since = _moment("modified_since")
    is_deleted = world().tasks.is_deleted

    def keep(task: Task) -> bool:
        if is_deleted(task) or (modified_since and task["modified_at"] < modified_since):
            return False
        return not (completed_since and task["completed"]) or (
            task["completed_at"] >= completed_since
        )

    return keep


def _moment(name: str) -> str | None:
    text = request.args.get(name)
    if not text:
        return None
    if text == "now":  # documented for some lists, and widely used for all
        return timestamp(world().clock.now())
    try:
        return timestamp(parse_moment(text))
    except (ValueError, OverflowError):
        raise ApiError(400, f"{name}: Not a valid date-time: {text}") from None


def parse_moment(text: str) -> datetime:
    """Parse a date-time, in UTC unless it has a zone, or a date as its first moment.

    Raises ValueError.
    """
    try:
        moment = datetime.combine(date.fromisoformat(text), time.min)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
