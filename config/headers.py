"""Headers of every response, static files included."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

# What browsers offer to pages and no page of ours uses: a script that got in has none of it.
UNUSED: Final = (
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get"),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "publickey-credentials-create", "publickey-credentials-get"),
    *("screen-wake-lock", "serial", "storage-access", "usb", "window-management"),
    "xr-spatial-tracking",
)


def headers(get_response: GetResponse) -> GetResponse:
    """Return a middleware that adds our headers.

    `Clear-Site-Data` comes with the response to a sign-out, whichever page it is
    (`accounts.sign_in_signals`). It never says "cookies": that reaches the whole domain, with other
    sites on it.
    """
    fixed = {
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Reporting-Endpoints": f'csp="{settings.SITE_URL}{settings.CSP_REPORTS_PATH}"',
    }

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if getattr(request, "was_signed_out", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware
