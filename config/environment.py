"""Readers of environment variables for `settings.py`.

Every reader raises ImproperlyConfigured with a whole sentence for a value that makes no sense.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from email.utils import getaddresses
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import dj_email_url
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environs import FileAwareEnv

BASE_DIR: Final = Path(__file__).resolve().parent.parent
RATE_UNITS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAIL_SCHEMES: Final = frozenset({"smtp", "submission", "submit", "console"})

env = FileAwareEnv(strip_whitespace=True)
if env_file := os.environ.get("ENV_FILE", str(BASE_DIR / ".env")):
    env.read_env(env_file, recurse=False)


def required(name: str, why: str) -> str:
    value = env.str(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}")
    return value


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
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)


def web_address(name: str, default: str | None = None) -> str:
    """Return a URL that `is_safe_url`, without its trailing slash."""
    value = env.str(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set: give the site's public address, such as https://tasks.example.com"
        )
    if not is_safe_url(value):
        raise ImproperlyConfigured(
            f"{name} must be an https address (http only for localhost), not {value!r}"
        )
    return value.rstrip("/")


def choice(name: str, *choices: str) -> str:
    """Return one of `choices`; the first is the default."""
    value = env.str(name, "").strip() or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def flag(name: str) -> bool:
    """Return whether the variable is on (1, on, yes, true); an empty one is off."""
    value = env.str(name, "").strip().lower()
    if value in {"", "0", "off", "no", "false"}:
        return False
    if value in {"1", "on", "yes", "true"}:
        return True
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}")


def whole_number(name: str, default: int) -> int:
    value = env.str(name, "").strip() or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


def names(name: str) -> list[str]:
    return [part.strip() for part in env.str(name, "").split(",") if part.strip()]


def gids(name: str) -> list[str]:
    """Return a comma-separated list of Asana's identifiers, which are numbers."""
    listed = names(name)
    for gid in listed:
        if not (gid.isascii() and gid.isdecimal()):
            raise ImproperlyConfigured(
                f"{name} must be gids separated by commas, such as 1200000000000001, not {gid!r}"
            )
    return listed


def read_token_keys() -> list[str]:
    """Return the Fernet keys, newest first. They are never derived from another secret."""
    value = required(
        "TOKEN_KEYS", "tokens are never stored without a key; `make run` makes one in .env"
    )
    keys = value.replace(",", " ").split()
    wrong = [number for number, key in enumerate(keys, start=1) if not _is_fernet_key(key)]
    if wrong or not keys:
        which = f"key number {wrong[0]}" if wrong else "what stands there"
        raise ImproperlyConfigured(
            f"TOKEN_KEYS: {which} is not a Fernet key (32 bytes in URL-safe base64, which makes 44 "
            "letters); separate keys by commas, and put no quotes around them"
        )
    return keys


def _is_fernet_key(key: str) -> bool:
    """Tell whether `key` is exactly one Fernet key in URL-safe base64.

    A decoder skips unknown characters and stops at the padding: of two keys without a separator
    it would use the first and ignore the second. So the decoded key is encoded and compared.
    """
    try:
        Fernet(key)
        return urlsafe_b64encode(urlsafe_b64decode(key)).decode() == key
    except ValueError:
        return False


def rate(name: str, default: str) -> str:
    """Return a rate such as `30/m` in the form that the `limits` library reads, `30/minute`."""
    value = env.str(name, "").strip() or default
    count, _, unit = value.partition("/")
    if not count.isdecimal() or int(count) == 0 or unit not in RATE_UNITS:
        raise ImproperlyConfigured(
            f"{name} must be a number per s, m, h or d, such as 30/m, not {value!r}"
        )
    return f"{count}/{RATE_UNITS[unit]}"


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings, {} for an empty variable. No error repeats the password."""
    value = env.str(name, "").strip()
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
    value = env.str(name, "").strip()
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
    value = env.str(name, "").strip()
    if not value:
        return ""
    if urlsplit(value).scheme == "https" and is_safe_url(value) and value.isprintable():
        return value
    address = unquote(value.removeprefix("mailto:"))
    try:
        validate_email(address)
    except ValidationError as error:
        raise ImproperlyConfigured(
            f"{name} must be an e-mail address or an https address, not {value!r}"
        ) from error
    return f"mailto:{quote(address, safe='@+')}"
