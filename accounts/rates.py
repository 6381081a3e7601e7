"""How often one address may start a sign-in: counted in Redis, or in this process without one."""

import logging
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
    """Count this start. A counter that doesn't answer locks nobody out."""
    try:
        return _limiter(settings.REDIS_URL).hit(
            _rate(settings.SIGN_IN_RATE), "sign-in", network(client_address(request))
        )
    except StorageError:
        logger.exception("The sign-in counter isn't answering")
        return True


def client_address(request: HttpRequest) -> str:
    """Who is asking; behind TRUSTED_PROXIES proxies, what the outermost of them saw.

    Whatever the client itself wrote into X-Forwarded-For stands further left and is not believed.
    """
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.TRUSTED_PROXIES
    if count and len(forwarded) >= count and forwarded[-count]:
        return forwarded[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


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
