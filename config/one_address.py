"""Redirects from the other names that the site answers to, to the one in SITE_URL."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port, validate_host

GetResponse = Callable[[HttpRequest], HttpResponse]


def lead_to_site_url(get_response: GetResponse) -> GetResponse:
    """Return a middleware that redirects pages opened under another allowed name to SITE_URL.

    Asana sends people back to SITE_URL, where a browser doesn't send the cookie of another name: a
    sign-in that begins there, such as at 127.0.0.1 for localhost, can't end.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"} and _is_other_name(request):
            return HttpResponseRedirect(settings.SITE_URL + request.get_full_path())
        return get_response(request)

    return middleware


def _is_other_name(request: HttpRequest) -> bool:
    """Tell whether the host is one of OTHER_HOSTS. The port may be a proxy's.

    Behind a proxy that names itself as Host, and the name people use in X-Forwarded-Host, every
    page would lead to itself.
    """
    own = urlsplit(settings.SITE_URL).netloc.rpartition("@")[2]
    own_name, _ = split_domain_port(own)
    name, _ = split_domain_port(request.get_host())
    if name == own_name or not validate_host(name, settings.OTHER_HOSTS):
        return False
    forwarded = request.headers.get("X-Forwarded-Host", "") if settings.TRUSTED_PROXIES else ""
    return split_domain_port(forwarded)[0] != own_name
