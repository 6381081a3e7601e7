"""Readers of settings about mail, and of the address to report vulnerabilities to."""

from email.utils import getaddresses
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import dj_email_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from config.addresses import is_safe_url
from config.environment import text

MAIL_SCHEMES: Final = frozenset({"smtp", "submission", "submit", "console"})


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings, {} for an empty variable. No error repeats the password."""
    value = text(name)
    if not value:
        return {}
    try:
        server = dj_email_url.parse(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is no address of a mail server") from error
    scheme = urlsplit(value).scheme
    if scheme not in MAIL_SCHEMES or not (server["EMAIL_HOST"] or scheme == "console"):
        raise ImproperlyConfigured(
            f"{name} must be such as submission://name:password@mail.example.com, smtp://localhost "
            "or console://"
        )
    encrypted = server["EMAIL_USE_TLS"] or server["EMAIL_USE_SSL"]
    if server["EMAIL_HOST_PASSWORD"] and not encrypted:
        raise ImproperlyConfigured(
            f"{name} would send its password in clear: take submission:// or add ?tls=1 or ?ssl=1"
        )
    return {key: "" if value is None else value for key, value in server.items()}


def mail_address(name: str, default: str) -> str:
    """Return an e-mail address, with or without a name before it."""
    value = text(name)
    if not value:
        return default
    try:
        ((_, address),) = getaddresses([value])
        validate_email(address)
    except (ValueError, ValidationError) as error:
        raise ImproperlyConfigured(f"{name} must be an e-mail address, not {value!r}") from error
    return value


def contact(name: str) -> str:
    """Return an https address, or an e-mail address as a `mailto:` URI; '' if none is given."""
    value = text(name)
    if not value:
        return ""
    if value.lower().startswith("https:") and is_safe_url(value):
        return value
    address = unquote(value.removeprefix("mailto:"))
    try:
        validate_email(address)
    except ValidationError as error:
        raise ImproperlyConfigured(
            f"{name} must be an e-mail address or an https address, not {value!r}"
        ) from error
    return f"mailto:{quote(address, safe='@+')}"
