"""URLs and host names."""

import re
from typing import Final
from urllib.parse import urlsplit

HOST_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:]+(\.[0-9]+){0,3}")
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def origin(url: str) -> str:
    """Return scheme, host and port of `url` (RFC 6454), without a default port."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, default} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def is_safe_url(url: str) -> bool:
    """Tell whether `url` is https, or http on this machine, without user, query and fragment."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it raises ValueError for a bad port)
    except ValueError:
        return False
    if not HOST_NAME.fullmatch(parts.hostname or "") or not (url.isascii() and url.isprintable()):
        return False
    if "@" in parts.netloc or " " in url or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
