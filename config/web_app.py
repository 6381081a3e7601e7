"""Serve what browsers ask for to install the site as an app: its manifest and icon."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

CACHED_FOR: Final = int(timedelta(days=1).total_seconds())
COLOUR: Final = "#4c51c6"  # of the icon's ground
GROUND: Final = "#f6f6f9"  # static/onelist/base.css


@require_safe
@cache_control(public=True, max_age=CACHED_FOR)
def manifest(_request: HttpRequest) -> JsonResponse:
    """Return the web app manifest (W3C Web Application Manifest)."""
    start = reverse("asana_tasks:start")
    content = {
        "id": reverse("asana_tasks:task_list"),
        "name": "Onelist",
        "short_name": "Onelist",
        "description": "Every Asana task of yours, on one page",
        "start_url": start,
        "scope": reverse("accounts:home"),
        "display": "standalone",
        "theme_color": COLOUR,
        "background_color": GROUND,
        "icons": [
            _icon("onelist/icon.svg", "image/svg+xml", "any"),
            _icon("onelist/icon-192.png", "image/png", "192x192"),
            _icon("onelist/icon-512.png", "image/png", "512x512"),
            _icon("onelist/icon-maskable.png", "image/png", "512x512", purpose="maskable"),
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _icon(name: str, kind: str, sizes: str, **more: Any) -> dict[str, Any]:
    return {"src": static(name), "type": kind, "sizes": sizes, **more}


@require_safe
@cache_control(public=True, max_age=CACHED_FOR)
def favicon(_request: HttpRequest) -> HttpResponse:
    """Lead to the icon those who ask for it without having read a page."""
    return HttpResponseRedirect(static("onelist/favicon.ico"))
