"""Sending of requests to Asana's REST API. No other module does it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

import requests
from django.conf import settings

from accounts import http
from asana_tasks.api.errors import (
    AsanaError,
    Forbidden,
    NotAuthorized,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from asana_tasks.api.schemas import parse_text
from asana_tasks.error_codes import ErrorCode

SECONDS: Final = 20.0
DEFAULT_RETRY_AFTER: Final = 60
MAX_RETRY_AFTER: Final = 3600
MAX_MESSAGE: Final = 200


class Received(NamedTuple):
    """The JSON object of a response, and the time at Asana's clock."""

    body: dict[str, Any]
    date: datetime | None  # None without a readable Date header


def send(
    method: str, path: str, token: str, *, seconds: float | None = None, **kwargs: Any
) -> Received:
    """Send one request and return what was received.

    `seconds` limits the whole exchange. Raises AsanaError, also for a response with status 200
    that has `errors` (developers.asana.com/docs/errors).
    """
    try:
        response = http.send(
            method,
            settings.ASANA_API_URL + path,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            seconds=seconds or SECONDS,
            limit=16 * http.BYTES,
            **kwargs,
        )
    except requests.RequestException as error:
        raise Unavailable(ErrorCode.NO_RESPONSE) from error
    if response.status_code != requests.codes.ok:
        raise _error(response)
    try:
        body = response.json()
    except ValueError as error:
        raise Unavailable(ErrorCode.NOT_JSON) from error
    if not isinstance(body, dict):
        raise Unavailable(ErrorCode.NOT_JSON)
    if body.get("errors"):
        raise Unavailable(ErrorCode.ERRORS_IN_RESPONSE)
    return Received(body, _date(response.headers.get("Date", "")))


def _date(header: str) -> datetime | None:
    """Parse a Date header (RFC 9110 6.6.1); None for anything else."""
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _error(response: requests.Response) -> AsanaError:
    match response.status_code:
        case 401:
            return NotAuthorized()
        case 404:
            return NotFound()
        case 402 | 403 | 451:
            return Forbidden()
        case 429:
            return RateLimited(_retry_after(response.headers.get("Retry-After", "")))
        case status if 400 <= status < 500:
            return Rejected(status, _message(response))
        case status:
            return Unavailable(ErrorCode.HTTP_ERROR, status=status)


def _message(response: requests.Response) -> str:
    """Return the message of Asana's first error; '' if there is none."""
    try:
        text = response.json()["errors"][0]["message"]
    except (ValueError, LookupError, TypeError):
        return ""
    return parse_text(text, MAX_MESSAGE)


def _retry_after(header: str) -> int:
    """Return the seconds of a Retry-After header (RFC 9110 10.2.3), 1 to MAX_RETRY_AFTER.

    DEFAULT_RETRY_AFTER for a header that is missing or unreadable.
    """
    seconds = http.retry_after_seconds(header)
    return min(max(DEFAULT_RETRY_AFTER if seconds is None else seconds, 1), MAX_RETRY_AFTER)
