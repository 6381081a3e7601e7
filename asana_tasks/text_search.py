"""Text as it is searched: without case and accents, the same on every database."""

import unicodedata
from typing import Final

# Letters of their own that people search without, and that Unicode takes for no accented ones
BARE: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
)


def normalize(text: str) -> str:
    """`Čaj` and `čaj` and `caj` are one (Unicode NFKD without its marks, case-folded)."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    unmarked = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unmarked.casefold().translate(BARE)


def to_search_text(*parts: str) -> str:
    """What a search looks through; parts stay apart, so that no word spans two of them."""
    return "\n".join(normalize(part) for part in parts if part)
