"""Hooks around every request: find its person, count it, apply the ordered faults, log it."""

import time
from typing import Any

from flask import Flask, Response, g, request

from fake_asana.api.errors import ApiError, error_response
from fake_asana.faults import ANY, Fault, Place
from fake_asana.request_log import describe
from fake_asana.server import DROP
from fake_asana.world import API, world

TOKEN_CALLS = ("/-/oauth_token", "/-/oauth_revoke", "/-/token_info")
RATE_LIMITED = (
    "You've made too many requests and hit a rate limit. "
    "Please retry after the given amount of time."
)


def init_request_hooks(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_release)


def first_fault(name: str, person: str | None = None, value: Any = ANY) -> Fault | None:
    """Return the fault ordered for this request, if any, and count one use of it.

    It is one for `person`, by default the person of the request.
    """
    return world().faults.first(name, Place(person or g.person, request.path), value)


def _begin() -> Response | None:
    g.started = time.time()
    g.person = _whose()
    if request.path.startswith("/control"):
        return None
    if too_many := _count():
        return too_many
    time.sleep(_delay())
    if drop := _trouble("drop"):
        request.environ[DROP].append(drop.value)
        return None if drop.value else Response()
    if refusal := _refusal():
        return refusal
    if request.method != "GET" and _trouble("lose_response"):
        request.environ[DROP].append("whole")
    return None


def _count() -> Response | None:
    """Count a call of the API with a token, if a rate limit is set; return a 429 if too many."""
    token = _bearer()
    if not (token and request.path.startswith(API)):
        return None
    ordered = _trouble("rate_limit")
    most = ordered.value if ordered else world().options.rate_limit
    if most is None:
        return None
    kind = "read" if request.method == "GET" else "write"
    wait = world().rate_limits.begin(token, kind, most)
    if wait is not None:
        return _rate_limited(wait)
    g.counted = token, kind
    return None


def _release(_error: BaseException | None) -> None:
    if counted := g.pop("counted", None):
        world().rate_limits.end(*counted)


def _rate_limited(seconds: int) -> Response:
    return error_response(ApiError(429, RATE_LIMITED, {"Retry-After": str(seconds)}))


def _refusal() -> Response | None:
    if limited := _trouble("rate_limited"):
        return _rate_limited(limited.value)
    if broken := _trouble("server_error"):
        return error_response(ApiError(broken.value, "Server Error"))
    if _trouble("not_json"):
        return Response("<!doctype html><title>Asana</title><p>We are working on it.")
    return None


def _delay() -> float:
    milliseconds = sum(fault.value for fault in world().faults.every("latency", _place()))
    if _is_call():
        milliseconds += world().options.latency_ms
    return float(milliseconds) / 1000


def _trouble(name: str) -> Fault | None:
    return world().faults.first(name, _place())


def _place() -> Place:
    """Return the place of this request. Pages for browsers are spared."""
    return Place(g.person, request.path, spared=not _is_call())


def _is_call() -> bool:
    return request.path.startswith(API) or request.path in TOKEN_CALLS


def _whose() -> str | None:
    grants = world().grants
    if code := grants.code(request.form.get("code", "")):
        return code.person
    token = grants.token(
        _bearer() or request.form.get("refresh_token") or request.form.get("token", "")
    )
    return token.person if token else request.form.get("person")


def _bearer() -> str | None:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else None


def _end(response: Response) -> Response:
    if not request.path.startswith("/control"):
        finished = time.time()
        entry = {
            **describe(request),
            "status": 0 if request.environ[DROP] else response.status_code,
            "person": g.person,
            "time": g.started,
            "seconds": finished - g.started,
        }
        world().log.add(entry)
    return response
