"""An id for each request, its line in the log, and its count (docs/running.md, Watch it)."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import log_context, metrics
from accounts.printable import one_line

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
HEADER: Final = "X-Request-ID"
SANE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
LONGEST_PATH: Final = 200
LONG: Final = 16  # letters of a part of a path that may be a key


def log_requests(get_response: GetResponse) -> GetResponse:
    """Return a middleware that names, logs and counts each request.

    The id is in each line of the log meanwhile, in the response's header and on error pages.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        request_id = _id_of(request)
        request.request_id = request_id  # type: ignore[attr-defined]  # for `log_context.Context`
        with log_context.bound(request_id=request_id):
            response = get_response(request)
            _note(request, response, time.monotonic() - began)
        response[HEADER] = request_id
        return response

    return middleware


def _id_of(request: HttpRequest) -> str:
    """Return the id that a proxy of ours has given, or a new one."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if SANE.fullmatch(given) else log_context.new_id()


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    view = _view(request)
    metrics.requests.labels(view, response.status_code).inc()
    metrics.request_seconds.labels(view).observe(seconds)
    user = getattr(request, "_cached_user", None)  # of who was asked for already: no query
    about = {
        "method": one_line(request.method or "", LONG),
        "view": view,
        "path": _path(request),
        "status": response.status_code,
        "ms": round(seconds * 1000),
        "user": getattr(user, "pk", None),
        "bytes": _size(response),
    }
    logger.info("%(method)s %(path)s: %(status)d in %(ms)d ms, user %(user)s", about, extra=about)


def _view(request: HttpRequest) -> str:
    """Return the name of the view: there are as many as addresses in the URLconf, and two more."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


def _path(request: HttpRequest) -> str:
    """Return the path on one line, without its query, and without keys that are part of it."""
    path = request.path
    parts: dict[str, Any] = request.resolver_match.kwargs if request.resolver_match else {}
    for name, value in parts.items():
        if isinstance(value, str) and len(value) >= LONG:
            path = path.replace(value, f"<{name}>")
    return one_line(path, LONGEST_PATH)


def _size(response: HttpResponse) -> int | None:
    """Return the bytes of the body; None if nobody knows before it has been sent."""
    if not response.streaming:
        return len(response.content)
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None
