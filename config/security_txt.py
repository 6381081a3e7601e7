"""`/.well-known/security.txt` (RFC 9116): the contact for reports of vulnerabilities."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
PATH: Final = "/.well-known/security.txt"
VALID_FOR: Final = timedelta(days=180)  # RFC 9116 recommends less than a year
CACHED_FOR: Final = timedelta(days=1)


def security_txt(get_response: GetResponse) -> GetResponse:
    """Return a middleware that serves `PATH` before a session is read; a 404 without a contact."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != PATH or not settings.SECURITY_CONTACT:
            return get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return HttpResponse(
            _text(),
            content_type="text/plain; charset=utf-8",
            headers={"Cache-Control": f"max-age={int(CACHED_FOR.total_seconds())}"},
        )

    return middleware


def _text() -> str:
    last_day = timezone.now().astimezone(UTC).date() + VALID_FOR
    expires = datetime.combine(last_day, time.min, tzinfo=UTC)
    fields = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "en",
        "Canonical": settings.SITE_URL + PATH,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())
