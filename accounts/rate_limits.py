"""How often one address may start a sign-in, or try the administrators' password form: counted in
Redis, or in this process without one. Never by name: nobody locks out somebody else."""

import logging
import math
import time
from functools import cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)


def sign_in_allowed(request: HttpRequest) -> bool:
    """Count this start."""
    return _hit("sign-in", settings.SIGN_IN_RATE, request)


def sign_in_wait(request: HttpRequest) -> int:
    """Seconds until the next start is allowed."""
    return _wait("sign-in", settings.SIGN_IN_RATE, request)


def password_allowed(request: HttpRequest) -> bool:
    """Count this password."""
    return _hit("password", settings.PASSWORD_RATE, request)


def password_wait(request: HttpRequest) -> int:
    """Seconds until the next password is looked at."""
    return _wait("password", settings.PASSWORD_RATE, request)


def _hit(what: str, rate: str, request: HttpRequest) -> bool:
    """A counter that doesn't answer locks nobody out."""
    try:
        return _limiter(settings.REDIS_URL).hit(_rate(rate), what, network(client_address(request)))
    except StorageError:
        logger.exception("The %s counter isn't answering", what)
        return True


def _wait(what: str, rate: str, request: HttpRequest) -> int:
    """Until the oldest of those counted is out of the window; at least a second."""
    try:
        stats = _limiter(settings.REDIS_URL).get_window_stats(
            _rate(rate), what, network(client_address(request))
        )
    except StorageError:
        return 1
    return max(1, math.ceil(stats.reset_time - time.time()))


def client_address(request: HttpRequest) -> str:
    """Who is asking; behind TRUSTED_PROXIES proxies, what the outermost of them saw.

    Whatever the client itself wrote into X-Forwarded-For stands further left and is not believed.
    """
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.TRUSTED_PROXIES
    if count and len(forwarded) >= count and forwarded[-count]:
        return _without_port(forwarded[-count])
    return str(request.META.get("REMOTE_ADDR", ""))


def _without_port(address: str) -> str:
    """Some proxies write it too: then each connection would count by itself."""
    host, _, port = address.rpartition(":")
    is_ipv6 = ":" in host and not host.endswith("]")
    return host.strip("[]") if port.isdecimal() and host and not is_ipv6 else address.strip("[]")


def network(address: str) -> str:
    """An IPv6 client owns a /64, so that is what counts; an IPv4 client may come dressed as one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.exploded[:19] if isinstance(ip, IPv6Address) else str(ip)


@cache
def _limiter(redis_url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(
        storage_from_string(redis_url or "memory://", wrap_exceptions=bool(redis_url))
    )


@cache
def _rate(text: str) -> RateLimitItem:
    return parse(text)
