"""Variables that look like settings of ours and are none: a wrong name would be ignored."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from django.core.exceptions import ImproperlyConfigured

SIMILAR: Final = 0.85  # TRUSTED_PROXY to TRUSTED_PROXIES
SHORTEST: Final = 6  # a HOST or PORT is similar to too much
OTHERS: Final = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
PREFIX: Final = "ONELIST_"

_names = {"ENV_FILE", "HOST", "PORT"}  # and each that was read


def add(name: str) -> None:
    _names.add(name)


def refuse_unknown_names(found: Iterable[str]) -> None:
    """Raise ImproperlyConfigured for variables with nearly the name of a setting."""
    similar_to = [name for name in _names if len(name) >= SHORTEST]
    wrong = []
    for name in sorted(set(found)):
        meant = name.upper().removesuffix("_FILE").removeprefix(PREFIX)
        if {name, name.removesuffix("_FILE")} & _names or meant in OTHERS:
            continue
        close = [meant] if meant in _names else get_close_matches(meant, similar_to, 1, SIMILAR)
        if close:
            wrong.append(f"{name} is no setting of Onelist: is {close[0]} meant?")
    if wrong:
        raise ImproperlyConfigured(" ".join(wrong))
