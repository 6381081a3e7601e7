"""Text search without case and accents, the same on every database."""

import unicodedata
from typing import Final

# Letters that NFKD does not decompose, and that people search for in this form
BARE: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
)


def normalize(text: str) -> str:
    """Return `text` case-folded and without accents: `Čaj` and `čaj` become `caj`.

    That is Unicode NFKD without its combining marks, and BARE for what NFKD leaves.
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    unmarked = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unmarked.casefold().translate(BARE)


def to_search_text(*parts: str) -> str:
    """Return the normalized parts, one a line, so that no word of a search spans two parts."""
    return "\n".join(normalize(part) for part in parts if part)
