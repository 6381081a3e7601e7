"""A browser in words, from what it calls itself."""

from functools import lru_cache
from typing import Final

from ua_parser import parse

UNKNOWN: Final = "an unknown browser"
MARKETED: Final = {"Mac OS X": "macOS"}
LENGTH: Final = 60  # anybody can call themselves anything


@lru_cache(maxsize=1000)
def in_words(user_agent: str) -> str:
    """Such as “Firefox on Linux”. Of both, what is known."""
    known = parse(user_agent)
    browser = known.user_agent.family[:LENGTH] if known.user_agent else ""
    system = known.os.family[:LENGTH] if known.os else ""
    return " on ".join(filter(None, [browser, MARKETED.get(system, system)])) or UNKNOWN
