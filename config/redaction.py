"""Removal of secrets from what is written into the log.

No code of ours logs one; this is for what libraries, exceptions and future code may say. What the
settings hold is known and removed wherever it stands. Tokens, codes and keys of sessions are known
by where they stand, such as after `token=` or `Bearer`, and by their looks: long and random.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings

REMOVED: Final = "***"
SHORTEST: Final = 8  # letters of a password that is removed wherever it stands: others are words
NAMES: Final = (  # of what is secret, or the ends of such names
    r"(?i:token|secret|password|passwd|verifier|assertion|authorization|cookie|session_?key"
    r"|session_?id)"
)
NAMED: Final = re.compile(rf"{NAMES}$")
UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"

# Each keeps its first group.
PATTERNS: Final = (
    # name and password in a URL; a limit, since a path may be nothing but "://"
    re.compile(r"(://)\S{0,300}(?=@)"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[^\s\"',;]{8,}"),
    # the parameters of OAuth in a URL or form, but not `code=denied` in a sentence of ours
    re.compile(r"(?i)((?:[?&]|%3F|%26)(?:code|state|nonce)(?:=|%3D))[^&\s\"']+"),
    re.compile(rf"({NAMES}(?:\\?[\"'])?\s*(?:[=:]|%3D)\s*(?:b?\\?[\"'])?)[^\s\"'&,;\\)}}\]]+"),
    # a JWT
    re.compile(r"()(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?", re.ASCII),
    # 32 letters and more in a row, with a digit among them, or 40 in both cases: no word is so
    re.compile(rf"()(?<![\w-])(?!{UUID})(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{{32,}}=*", re.ASCII),
    re.compile(r"()(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}=*", re.ASCII),
)


def redacted(value: Any) -> Any:
    """Return a value, which may be of dicts and lists, with everything secret removed.

    Numbers, truth values and None stay; what is neither text, dict nor list becomes text.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {
            str(name): REMOVED if NAMED.search(str(name)) and each else redacted(each)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each) for each in value]
    return redacted_text(str(value))


def redacted_text(text: str) -> str:
    if (known := _known()) is not None:
        text = known.sub(REMOVED, text)
    for pattern in PATTERNS:
        text = pattern.sub(_without, text)
    return text


def _without(found: re.Match[str]) -> str:
    return found[1] + REMOVED


@cache
def _known() -> re.Pattern[str] | None:
    """Return a pattern of all secrets of the settings, as they may be written; the longest first.

    None without any.
    """
    written = {form for secret in _secrets() if len(secret) >= SHORTEST for form in _forms(secret)}
    longest_first = sorted(written, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if written else None


def _secrets() -> Iterable[str]:
    yield settings.SECRET_KEY
    yield from settings.TOKEN_KEYS
    yield settings.ASANA_CLIENT_SECRET
    yield settings.METRICS_TOKEN
    yield settings.EMAIL_HOST_PASSWORD
    yield str(settings.DATABASES["default"].get("PASSWORD") or "")
    for url in (settings.REDIS_URL, settings.CELERY_BROKER_URL, settings.HTTPS_PROXY_URL):
        yield unquote(urlsplit(url).password or "")


def _forms(secret: str) -> set[str]:
    """Return a secret as it stands in text, in a URL, in a repr and in JSON."""
    return {secret, quote(secret, safe=""), quote(secret), repr(secret)[1:-1], _in_json(secret)}


def _in_json(secret: str) -> str:
    return json.dumps(secret)[1:-1]
