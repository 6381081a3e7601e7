"""What of a provider's claims can be kept, whatever it sent."""

from collections.abc import Mapping
from typing import Any, NamedTuple


def text(value: Any, length: int) -> str:
    """What a database column can hold of it."""
    if not isinstance(value, str):
        return ""
    storable = value.encode(errors="ignore").decode()  # JSON can hold half a character
    return storable.replace("\0", "").strip()[:length]


def picture_url(value: Any) -> str:
    url = text(value, 2001)
    return url if len(url) <= 2000 and url.startswith(("https://", "http://")) else ""


class Profile(NamedTuple):
    name: str
    email: str


def profile_of(claims: Mapping[str, Any]) -> Profile | None:
    """Whom they name; by the e-mail address where there is no name, None where there is neither."""
    name, email = text(claims.get("name"), 255), text(claims.get("email"), 254)
    return Profile(name or email, email) if name or email else None
