"""What of a provider's claims can be kept, whatever it sent."""

from typing import Any


def text(value: Any, length: int) -> str:
    """What a database column can hold of it."""
    if not isinstance(value, str):
        return ""
    storable = value.encode(errors="ignore").decode()  # JSON can hold half a character
    return storable.replace("\0", "").strip()[:length]


def picture_url(value: Any) -> str:
    url = text(value, 2001)
    return url if len(url) <= 2000 and url.startswith(("https://", "http://")) else ""
