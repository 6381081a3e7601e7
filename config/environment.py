"""Readers of environment variables for `settings.py`.

Every reader raises ImproperlyConfigured with a whole sentence for a value that makes no sense.
"""

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from io import StringIO
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from dotenv.parser import parse_stream
from environs import EnvError, FileAwareEnv

from config import known_names
from config.addresses import HOST_NAME, is_safe_url

BASE_DIR: Final = Path(__file__).resolve().parent.parent
SHORTEST_SECRET_KEY: Final = 32
RATE_UNITS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day"}

# What stands in an example until somebody replaces it
PLACEHOLDER: Final = re.compile(
    r"<[^>]*>|\$\{.*\}|\{\{.*\}\}|\.{3}|…|x{3,20}|todo|tbd|none|null|undefined|placeholder|secret"
    r"|(change|replace|fill|insert|put)[-_ ]?(this|me|it|in|here|with)\b.*|changeme.*"
    r"|(your|my)[-_ ].*|client[-_ ]?(id|secret)|django-insecure-.*"
    r"|.*\byour[-_]?(domain|site|server|host|company|name)\b.*",
    re.IGNORECASE,
)

env = FileAwareEnv(strip_whitespace=True)
names_in_file: list[str] = []
missing: list[str] = []


def read_file(path: Path, *, may_be_missing: bool) -> None:
    """Read variables from a file; those of the environment win. Raises ImproperlyConfigured."""
    if may_be_missing and not path.exists():
        return
    try:
        lines = list(parse_stream(StringIO(path.read_text())))
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{path} can't be read ({type(error).__name__})") from None
    for line in lines:
        if line.error or (line.key is not None and line.value is None):
            raise ImproperlyConfigured(
                f"{path}: line {line.original.line} is not such as NAME=value"
            )
    names_in_file.extend(line.key for line in lines if line.key)
    env.read_env(str(path), recurse=False)


ENV_FILE: Final = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))  # '' for none
if ENV_FILE:
    read_file(Path(ENV_FILE), may_be_missing="ENV_FILE" not in os.environ)


def text(name: str) -> str:
    """Return a variable, or what its file holds; '' for none. Raises ImproperlyConfigured."""
    known_names.add(name)
    try:
        value = env.str(name, "").strip()
    except (EnvError, OSError, ValueError):  # of decoding too
        raise ImproperlyConfigured(f"{name}_FILE must name a text file that can be read") from None
    if PLACEHOLDER.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is still a placeholder: put the real value there")
    if "\0" in value:
        raise ImproperlyConfigured(f"{name} holds a character that no setting holds")
    return value


def required(name: str, why: str) -> str:
    """Return a variable; note it as missing if it is empty, for `refuse_if_missing`."""
    value = text(name)
    if not value:
        missing.append(f"{name} is not set: {why}")
    return value


def refuse_if_missing() -> None:
    """Raise ImproperlyConfigured with all that `required` has missed.

    Django reads settings that failed once more: they are not named twice then.
    """
    if missing:
        told = "; ".join(missing)
        missing.clear()
        raise ImproperlyConfigured(told)


def site_address(name: str) -> str:
    """Return the site's own URL, without a path; '' and a note if it is missing."""
    url = required(name, "give the site's public address, such as https://tasks.example.com")
    url = web_address(name, "") if url else ""
    if urlsplit(url).path:
        raise ImproperlyConfigured(
            f"{name} must end after the host: Onelist needs a host of its own, and no path on one"
        )
    return url


def web_address(name: str, default: str) -> str:
    """Return a URL that `is_safe_url`, without its trailing slash."""
    value = text(name) or default
    if not is_safe_url(value):
        raise ImproperlyConfigured(
            f"{name} must be an https address (http only for localhost), not {value!r}"
        )
    return value.rstrip("/")


def choice(name: str, *choices: str) -> str:
    """Return one of `choices`; the first is the default."""
    value = text(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def flag(name: str) -> bool:
    """Return whether the variable is on (1, on, yes, true); an empty one is off."""
    value = text(name).lower()
    if value in {"", "0", "off", "no", "false"}:
        return False
    if value in {"1", "on", "yes", "true"}:
        return True
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}")


def whole_number(name: str, default: int, *, least: int = 0, most: int) -> int:
    value = text(name) or str(default)
    is_number = value.isdecimal() and len(value) <= len(str(most))
    if not is_number or not least <= int(value) <= most:
        span = f"from {least} to {most}" if least else f"up to {most}"
        raise ImproperlyConfigured(f"{name} must be a whole number {span}, not {value!r}")
    return int(value)


def names(name: str) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()]


def hosts(name: str) -> list[str]:
    """Return host names; one that begins with a dot stands for all below it."""
    listed = names(name)
    for host in listed:
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host.lstrip(".")
        if host != "*" and not HOST_NAME.fullmatch(bare.lower()):
            raise ImproperlyConfigured(
                f"{name} must be host names without scheme and port, not {host!r}"
            )
    return listed


def origins(name: str) -> list[str]:
    listed = names(name)
    for each in listed:
        if not re.fullmatch(r"https?://(\*\.)?([\w.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", each):
            raise ImproperlyConfigured(
                f"{name} must be such as https://tasks.example.com, without a path, not {each!r}"
            )
    return listed


def gids(name: str) -> list[str]:
    """Return a comma-separated list of Asana's identifiers, which are numbers."""
    listed = names(name)
    for gid in listed:
        if not (gid.isascii() and gid.isdecimal()):
            raise ImproperlyConfigured(
                f"{name} must be gids separated by commas, such as 1200000000000001, not {gid!r}"
            )
    return listed


def secret_key(name: str) -> str:
    key = required(name, "give 50 random characters; `make run` makes them in .env")
    if 0 < len(key) < SHORTEST_SECRET_KEY:
        raise ImproperlyConfigured(f"{name} is too short to be secret: give 50 random characters")
    return key


def token(name: str) -> str:
    """Return a token that programs send in a header, '' for none."""
    value = text(name)
    if value and not re.fullmatch(rf"[!-~]{{{SHORTEST_SECRET_KEY},}}", value):
        raise ImproperlyConfigured(
            f"{name} must be {SHORTEST_SECRET_KEY} or more random characters, without spaces"
        )
    return value


def listening_address(name: str) -> str:
    """Return an address such as 127.0.0.1:9464 to listen on, '' for none."""
    value = text(name)
    host, _, port = value.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_right = HOST_NAME.fullmatch(bare.lower()) and (":" not in host or bare != host)
    if value and not (is_right and re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536):
        raise ImproperlyConfigured(
            f"{name} must be a host and a port, such as 127.0.0.1:9464, not {value!r}"
        )
    return value


def token_keys(name: str) -> list[str]:
    """Return the Fernet keys, newest first. They are never derived from another secret."""
    value = required(name, "tokens are never stored without a key; `make run` makes one in .env")
    if not value:
        return []
    keys = value.replace(",", " ").split()
    wrong = [number for number, key in enumerate(keys, start=1) if not _is_fernet_key(key)]
    if wrong or not keys:
        which = f"key number {wrong[0]}" if wrong else "what stands there"
        raise ImproperlyConfigured(
            f"{name}: {which} is not a Fernet key (32 bytes in URL-safe base64, which makes 44 "
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
    value = text(name) or default
    count, _, unit = value.partition("/")
    if not re.fullmatch("[0-9]{1,7}", count) or int(count) == 0 or unit not in RATE_UNITS:
        raise ImproperlyConfigured(
            f"{name} must be a number per s, m, h or d, such as 30/m, not {value!r}"
        )
    return f"{count}/{RATE_UNITS[unit]}"
