"""The filters `completed_since` and `modified_since`."""

from datetime import UTC, date, datetime, time

from flask import request

from fake_asana.api.errors import ApiError
from fake_asana.clock import timestamp
from fake_asana.tasks.task_filter import NOW, TaskFilter
from fake_asana.world import world


def asked_filter() -> TaskFilter:
    """Return what this request leaves out. Raises ApiError (400) for what is no moment."""
    modified_since = _moment("modified_since")
    if modified_since == NOW:
        modified_since = timestamp(world().clock.now())
    return TaskFilter(_moment("completed_since"), modified_since)


def _moment(name: str) -> str | None:
    text = request.args.get(name)
    if not text or text == NOW:  # documented for some lists, and widely used for all
        return text
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
