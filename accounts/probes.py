"""`/healthz`, `/readyz` and `/metrics`: for balancers, supervisors and Prometheus, not for people.

They ask for a machine by its own address and over plain http, so they are answered before anything
looks at hosts, SITE_URL, sessions or cookies, and they tell nothing that a stranger may not know.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from accounts import readiness, scrape

GetResponse = Callable[[HttpRequest], HttpResponse]


def answer_probes(get_response: GetResponse) -> GetResponse:
    """Return a middleware that answers these three. It stands first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return answer(request) or get_response(request)

    return middleware


def answer(request: HttpRequest) -> HttpResponse | None:
    """Return the response to a probe; None for any other request."""
    view = VIEWS.get(request.path_info)
    if view is None or (view is _metrics and not settings.METRICS_TOKEN):
        return None
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    response = view(request)
    response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _healthz(_request: HttpRequest) -> HttpResponse:
    """Tell that this process answers."""
    return JsonResponse({"status": "ok"})


def _readyz(_request: HttpRequest) -> HttpResponse:
    """Tell whether this process can serve pages, and which checks failed."""
    found = readiness.read_readiness()
    said = {name: "ok" if is_right else "failed" for name, is_right in found.checks.items()}
    status = "ready" if found.is_ready else "not ready"
    return JsonResponse({"status": status, "checks": said}, status=200 if found.is_ready else 503)


def _metrics(request: HttpRequest) -> HttpResponse:
    if not scrape.may_read(request.headers.get("Authorization", "")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(scrape.exposition(), content_type=scrape.CONTENT_TYPE)


VIEWS: Final = {"/healthz": _healthz, "/readyz": _readyz, "/metrics": _metrics}
