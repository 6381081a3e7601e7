"""Reports of browsers about what the Content Security Policy has stopped: limited, and logged."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import rate_limits
from accounts.printable import one_line

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 16 * 1024
MOST_AT_ONCE: Final = 5  # reports in one request
LENGTH: Final = 200
# The names of what is logged: in the Reporting API, and in what `report-uri` gets
NAMES: Final = {
    "directive": ("effectiveDirective", "effective-directive", "violated-directive"),
    "blocked": ("blockedURL", "blocked-uri"),
    "page": ("documentURL", "document-uri"),
    "source": ("sourceFile", "source-file"),
}


@csrf_exempt  # browsers send it by themselves, without a token
@require_POST
def csp_reports(request: HttpRequest) -> HttpResponse:
    """Log what a browser reports, if it is short, makes sense, and there are not too many.

    Anybody can send any report: it is a hint, and nothing of it is stored.
    """
    if not rate_limits.csp_report_allowed(request):
        return HttpResponse(status=429)
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            return HttpResponse(status=413)
        violations = list(_violations(json.loads(request.body)))
    except (ValueError, RecursionError):
        violations = []
    if not violations:
        return HttpResponse(status=400)
    for violation in violations[:MOST_AT_ONCE]:
        logger.warning(
            "CSP violation: %s", " ".join(f"{name}={_found(violation, name)}" for name in NAMES)
        )
    return HttpResponse(status=204)


def _violations(sent: Any) -> Iterator[dict[str, Any]]:
    """Yield the violations of a report of either kind."""
    for each in sent if isinstance(sent, list) else [sent]:
        found = (each.get("csp-report") or each.get("body")) if isinstance(each, dict) else None
        if isinstance(found, dict):
            yield found


def _found(violation: dict[str, Any], name: str) -> str:
    """Return a value without the query and fragment of a URL: they may hold a code or a search."""
    value = next((violation[key] for key in NAMES[name] if key in violation), "")
    if not isinstance(value, str):
        return "-"
    try:
        value = urlsplit(value[:2000])._replace(query="", fragment="").geturl()
    except ValueError:
        return "-"
    return one_line(value, LENGTH).replace(" ", "%20") or "-"
