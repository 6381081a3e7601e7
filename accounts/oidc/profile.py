"""Values of a provider's claims that can be stored, whatever it sent."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from accounts.printable import visible_name


def storable_text(value: Any, length: int) -> str:
    """Return what a column of `length` characters can hold of a value.

    "" if it is no string, or if nobody can see it."""
    if not isinstance(value, str):
        return ""
    storable = value.encode(errors="ignore").decode()  # JSON can hold half of a surrogate pair
    return visible_name(storable.replace("\0", ""))[:length]


def picture_url(value: Any) -> str:
    url = storable_text(value, 2001)
    return url if len(url) <= 2000 and url.startswith(("https://", "http://")) else ""


class Profile(NamedTuple):
    name: str
    email: str


def profile_of(claims: Mapping[str, Any]) -> Profile | None:
    """Return name and e-mail address of the claims.

    The e-mail address stands in for a missing name; None if both are missing.
    """
    name, email = storable_text(claims.get("name"), 255), storable_text(claims.get("email"), 254)
    return Profile(name or email, email) if name or email else None
