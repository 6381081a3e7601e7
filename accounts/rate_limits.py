"""Rate limits for starting sign-ins and for the administrators' password form, per address.

They are counted in Redis or, without it, in this process. They never depend on a username: nobody
can lock out somebody else.
"""

import logging
import math
import time
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)

CSP_REPORTS: Final = "20/minute"
ALL_CSP_REPORTS: Final = "200/minute"


def sign_in_allowed(request: HttpRequest) -> bool:
    """Count a start of a sign-in; tell whether it is allowed."""
    return _hit("sign-in", settings.SIGN_IN_RATE, request)


def sign_in_wait(request: HttpRequest) -> int:
    """Return the seconds until the next start is allowed."""
    return _wait("sign-in", settings.SIGN_IN_RATE, request)


def password_allowed(request: HttpRequest) -> bool:
    """Count an attempt with a password; tell whether it is allowed."""
    return _hit("password", settings.PASSWORD_RATE, request)


def password_wait(request: HttpRequest) -> int:
    """Return the seconds until the next password is checked."""
    return _wait("password", settings.PASSWORD_RATE, request)


def csp_report_allowed(request: HttpRequest) -> bool:
    """Count a report about the CSP, by address and all together: each is a line in the log."""
    return _hit("csp-report", CSP_REPORTS, request) and _hit_by(
        "csp-reports", ALL_CSP_REPORTS, "everybody"
    )


def _hit(what: str, rate: str, request: HttpRequest) -> bool:
    return _hit_by(what, rate, network(client_address(request)))


def _hit_by(what: str, rate: str, whom: str) -> bool:
    """Count an event; tell whether it is allowed. If Redis doesn't answer, it is."""
    try:
        return _limiter(settings.REDIS_URL).hit(_rate(rate), what, whom)
    except StorageError:
        logger.exception("The %s counter isn't answering", what)
        return True


def _wait(what: str, rate: str, request: HttpRequest) -> int:
    """Return the seconds until the oldest event is out of the window, at least 1."""
    try:
        stats = _limiter(settings.REDIS_URL).get_window_stats(
            _rate(rate), what, network(client_address(request))
        )
    except StorageError:
        return 1
    return max(1, math.ceil(stats.reset_time - time.time()))


def client_address(request: HttpRequest) -> str:
    """Return the client's address; behind TRUSTED_PROXIES proxies, the one the outermost saw.

    Whatever the client itself wrote into X-Forwarded-For is further left, and is ignored. An IPv6
    address comes without its zone, which names an interface of our machine or of the proxy's.
    """
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.TRUSTED_PROXIES
    if count and len(forwarded) >= count and forwarded[-count]:
        address = _without_port(forwarded[-count])
    else:
        address = str(request.META.get("REMOTE_ADDR", ""))
    return address.partition("%")[0]


def _without_port(address: str) -> str:
    """Remove the port, which some proxies add: each connection would count separately."""
    host, _, port = address.rpartition(":")
    is_ipv6 = ":" in host and not host.endswith("]")
    return host.strip("[]") if port.isdecimal() and host and not is_ipv6 else address.strip("[]")


def network(address: str) -> str:
    """Return what is counted for an address: the /64 of an IPv6 address, which one client owns.

    An IPv4-mapped IPv6 address counts as IPv4. Text that isn't an address counts as it is.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.exploded[:19] if isinstance(ip, IPv6Address) else str(ip)


@cache
def _limiter(redis_url: str) -> MovingWindowRateLimiter:
    if not redis_url:
        return MovingWindowRateLimiter(storage_from_string("memory://"))
    return MovingWindowRateLimiter(
        storage_from_string(redis_url, wrap_exceptions=True, **settings.REDIS_TIMEOUTS)
    )


@cache
def _rate(text: str) -> RateLimitItem:
    return parse(text)
