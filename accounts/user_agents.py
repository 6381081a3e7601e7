"""A browser in words, from what it calls itself."""

from functools import lru_cache
from typing import Final, NamedTuple

from ua_parser import parse

MARKETED: Final = {"Mac OS X": "macOS"}
LENGTH: Final = 60  # anybody can call themselves anything


class Browser(NamedTuple):
    """The names of it and of what it runs on; "" where one isn't known."""

    browser: str
    system: str


@lru_cache(maxsize=1000)
def known(user_agent: str) -> Browser:
    found = parse(user_agent)
    browser = found.user_agent.family[:LENGTH] if found.user_agent else ""
    system = found.os.family[:LENGTH] if found.os else ""
    return Browser(browser, MARKETED.get(system, system))


def worded(browser: str, system: str) -> str:
    """Such as “Firefox on Linux”. Of both, what is known."""
    return " on ".join(filter(None, [browser, system])) or "an unknown browser"


def in_words(user_agent: str) -> str:
    return worded(*known(user_agent))
