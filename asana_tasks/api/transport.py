"""How a question reaches Asana's REST API, and every way in which it can fail.

AsanaError
├── Unavailable     no answer, a 5xx, or not what was asked for: keep what we have, try later
│   └── Rejected    any other 4xx: Asana has understood us, and doesn't do it
├── RateLimited     429: ask again after `retry_after` seconds
├── NotAuthorized   401: this token is not accepted (any more)
└── Forbidden       402, 403, 451: not this one thing
    └── Unknown     404: there is no such thing, or it isn't shown to us
"""

from typing import Any, Final

import requests
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts import http
from asana_tasks.api.schemas import text as as_text

SECONDS: Final = 20.0
DEFAULT_RETRY_AFTER: Final = 60
MAX_RETRY_AFTER: Final = 3600
MAX_MESSAGE: Final = 200


class AsanaError(Exception):
    pass


class Unavailable(AsanaError):
    pass


class Rejected(Unavailable):
    pass


class RateLimited(AsanaError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Asana asks to wait {retry_after} seconds")
        self.retry_after = retry_after


class NotAuthorized(AsanaError):
    pass


class Forbidden(AsanaError):
    pass


class Unknown(Forbidden):
    pass


@sensitive_variables()
def send(
    method: str, path: str, token: str, *, seconds: float | None = None, **kwargs: Any
) -> dict[str, Any]:
    """The one place that sends. developers.asana.com/docs/errors"""
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
        raise Unavailable("Asana isn't answering") from error
    if response.status_code != requests.codes.ok:
        raise _error(response)
    try:
        body = response.json()
    except ValueError as error:
        raise Unavailable("Asana's answer is not JSON") from error
    if not isinstance(body, dict):
        raise Unavailable("Asana's answer is not an object")
    if body.get("errors"):
        raise Unavailable("Asana's answer tells of errors")
    return body


def _error(response: requests.Response) -> AsanaError:
    match response.status_code:
        case 401:
            return NotAuthorized("Asana doesn't accept our token")
        case 404:
            return Unknown("Asana doesn't let us see this")
        case 402 | 403 | 451:
            return Forbidden("Asana doesn't let us see this")
        case 429:
            return RateLimited(_retry_after(response.headers.get("Retry-After", "")))
        case status if 400 <= status < 500:
            return Rejected(f"Asana answers with an error ({status}){_message(response)}")
        case status:
            return Unavailable(f"Asana answers with an error ({status})")


def _message(response: requests.Response) -> str:
    """Asana's own words for it, if it has any."""
    try:
        text = response.json()["errors"][0]["message"]
    except (ValueError, LookupError, TypeError):
        return ""
    words = as_text(text, MAX_MESSAGE)
    return f": {words}" if words else ""


def _retry_after(header: str) -> int:
    seconds = int(header[:9]) if header.isdecimal() else DEFAULT_RETRY_AFTER
    return min(max(seconds, 1), MAX_RETRY_AFTER)
