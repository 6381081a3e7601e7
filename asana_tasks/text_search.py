"""Text search without case, accents and variants of letters and signs, the same on every database.

Both what is written and what is typed are folded in Python; the database compares the results.
"""
# ruff: noqa: RUF001  (letters and signs that look alike are what this is about)

import re
import unicodedata
from functools import lru_cache
from typing import Final

from accounts.printable import is_invisible

# Letters that Unicode neither decomposes nor names as variants, and that people type in this form
LATIN: Final = dict(zip("ðıȷəŋĸæœþ", [*"dijenk", "ae", "oe", "th"], strict=True))
# The yehs, kafs and hehs of Arabic's languages, teh marbuta, alef wasla, the line that stretches
ARABIC: Final = dict(zip("ىیېےکہھةٱ\u0640", [*"يييي", "ك", *"ههه", "ا", ""], strict=True))
HEBREW: Final = dict(zip("ךםןףץ", "כמנפצ", strict=True))  # at the end of a word
SINGLE_QUOTES: Final = "`´‘’‚‛‹›′‵ʹʻʼʽʾʿˈꞌ׳＇"
DOUBLE_QUOTES: Final = "“”„‟«»″‶ʺ״〝〞〟＂"
HYPHENS: Final = "\u2043\u2212\u02d7"  # bullet, minus and letter; others are of the category Pd
FOLDED: Final[dict[str, str]] = {
    **LATIN,
    **ARABIC,
    **HEBREW,
    **dict.fromkeys(SINGLE_QUOTES, "'"),
    **dict.fromkeys(DOUBLE_QUOTES, '"'),
    **dict.fromkeys(HYPHENS, "-"),
}
FOLDING: Final = str.maketrans(FOLDED)
# LATIN SMALL LETTER O WITH STROKE, CYRILLIC SMALL LETTER GHE WITH UPTURN …
VARIANT: Final = re.compile(r"(.* LETTER .+?) WITH .+")


def normalize(text: str) -> str:
    """Return `text` as it is compared: `Čaj – “Łódź”` becomes `caj - "lodz"`.

    1. Case is folded, and Unicode's NFKD separates accents from letters.
    2. Each character is replaced by `_folded`.
    """
    if text.isascii() and text.isprintable():
        return text.casefold().replace("`", "'")
    # Signs first: NFKD makes a space and an accent of some
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(FOLDING))
    return "".join(map(_folded, decomposed)).casefold()


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """Return what is compared of a character; "" for accents and for what is invisible.

    Quotes and dashes have one form, digits are those of ASCII, and a variant of a letter is the
    letter without it.
    """
    if char in FOLDED:
        return FOLDED[char]
    if unicodedata.combining(char) or is_invisible(char):
        return ""
    if unicodedata.category(char) == "Pd":
        return "-"
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    return _without_variant(char)


def _without_variant(char: str) -> str:
    variant = VARIANT.fullmatch(unicodedata.name(char, ""))
    try:
        return _folded(unicodedata.lookup(variant[1])) if variant else char
    except KeyError:  # there is none without it
        return char


def to_search_text(*parts: str) -> str:
    """Return the normalized parts, one a line, so that no word of a search spans two parts."""
    return "\n".join(normalize(part) for part in parts if part)
