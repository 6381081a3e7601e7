"""Checks of settings, cookies, sessions and the cache."""

import os
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.cache import cache
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string

from accounts.backends import AsanaOpenIdConnect
from accounts.doctor.findings import Findings, ok, problem, warning

PROXY_VARIABLES: Final = {"HTTPS_PROXY", "ALL_PROXY"}


def debug() -> Findings:
    if not settings.DEBUG:
        yield ok("debug", "off")
    elif settings.IS_LOCAL:
        yield warning("debug", "on", "Set DEBUG=off unless you are at work on Onelist itself.")
    else:
        yield problem("debug", "on, and others can reach the site", "Set DEBUG=off now.")


def address() -> Findings:
    if settings.SECURE:
        yield ok("address", settings.SITE_URL)
    else:
        yield warning(
            "address",
            f"{settings.SITE_URL} is for this machine only",
            "For other people, set SITE_URL to an https address.",
        )


def redirect_address() -> Findings:
    registered = AsanaOpenIdConnect().get_redirect_uri()
    yield ok("redirect address", f"{registered} has to be registered at Asana, to the letter")


def proxies() -> Findings:
    if settings.SECURE and not settings.TRUSTED_PROXIES:
        yield warning(
            "proxies",
            "the address is https, but no proxy is trusted",
            "If a reverse proxy takes https for the site, set TRUSTED_PROXIES=1; "
            "without it every page redirects to itself.",
        )
    else:
        yield ok("proxies", f"{settings.TRUSTED_PROXIES} in front of the site")


def proxy_in_use() -> str:
    """Return HTTPS_PROXY_URL without name and password."""
    parts = urlsplit(settings.HTTPS_PROXY_URL)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def way_to_asana() -> Findings:
    """Tell how requests to Asana leave, and which variables of the environment are ignored."""
    ignored = sorted(name for name in os.environ if name.upper() in PROXY_VARIABLES)
    says = f"through {proxy_in_use()}" if settings.HTTPS_PROXY_URL else "direct, without a proxy"
    if settings.CA_BUNDLE:
        says += f", with the authorities of {settings.CA_BUNDLE}"
    if ignored and not settings.HTTPS_PROXY_URL:
        yield warning(
            "way to Asana",
            f"{says}; {', '.join(ignored)} of the environment is ignored",
            "If Asana is reached through that proxy, set HTTPS_PROXY_URL.",
        )
    else:
        yield ok("way to Asana", says)


def cookies() -> Findings:
    wrong = [name for name in ("SESSION_COOKIE", "CSRF_COOKIE") if not _is_safe(name)]
    if wrong:
        yield problem(
            "cookies",
            f"{' and '.join(wrong)}: not as safe as they have to be",
            "Put back what config/settings.py says: Lax, and Secure with __Host- under https.",
        )
    else:
        yield ok("cookies", f"Lax{', Secure, __Host-' if settings.SECURE else ''}")


def _is_safe(name: str) -> bool:
    """Tell whether a cookie is as safe as it has to be.

    It is SameSite=Lax, because Asana's redirect has to find the session, and HttpOnly; under https
    it is also Secure and bound to this host (`__Host-`).
    """
    lax = getattr(settings, f"{name}_SAMESITE") == "Lax"
    secure = getattr(settings, f"{name}_SECURE")
    of_this_host = getattr(settings, f"{name}_NAME").startswith("__Host-")
    hidden = getattr(settings, f"{name}_HTTPONLY")
    return lax and hidden and (not settings.SECURE or (secure and of_this_host))


def sessions() -> Findings:
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    if issubclass(store, DatabaseStore) and not issubclass(store, CachedStore):
        yield ok("sessions", "in the database, shared by all processes")
    else:
        yield problem(
            "sessions",
            "not in the database",
            "Set SESSION_ENGINE as config/settings.py does: sign-ins need one that all share.",
        )


def cache_() -> Findings:
    if not settings.REDIS_URL:
        yield ok("cache", "each process has its own; set REDIS_URL if you run several")
        return
    mark = get_random_string(16)
    try:
        cache.set("asana_doctor", mark, timeout=60)
        responses = cache.get("asana_doctor") == mark
    except Exception:  # any error of any library
        responses = False
    if responses:
        yield ok("cache", "Redis answers")
    else:
        yield problem("cache", "Redis isn't answering", "Check REDIS_URL and that Redis runs.")
