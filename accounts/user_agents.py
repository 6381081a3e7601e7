"""Names of browsers and systems, from User-Agent headers."""

from functools import lru_cache
from typing import Final, NamedTuple

from ua_parser import parse

MARKETED: Final = {"Mac OS X": "macOS"}
LENGTH: Final = 60  # the header may hold anything


class Browser(NamedTuple):
    """The names of a browser and its system; "" if unknown."""

    browser: str
    system: str


@lru_cache(maxsize=1000)
def known(user_agent: str) -> Browser:
    found = parse(user_agent)
    browser = found.user_agent.family[:LENGTH] if found.user_agent else ""
    system = found.os.family[:LENGTH] if found.os else ""
    return Browser(browser, MARKETED.get(system, system))


def worded(browser: str, system: str) -> str:
    """Return what is known of both, such as “Firefox on Linux”."""
    return " on ".join(filter(None, [browser, system])) or "an unknown browser"


def in_words(user_agent: str) -> str:
    return worded(*known(user_agent))
