"""Text from outside, such as names and User-Agent headers: what can be seen of it."""

import unicodedata
from typing import Final

# Invisible, though Unicode counts them as letters, marks or symbols
FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Visible, though Unicode counts them as format characters: signs that enclose a number or a word
ENCLOSING: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def one_line(text: str, length: int) -> str:
    """Return the printable characters of a text on one line, at most `length`.

    Nobody can then add a line to the log (ASVS 5.0 16.4.1), to a mail or to its headers.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:length]


def is_invisible(char: str) -> bool:
    """Tell whether a character takes no place on a page, such as a zero width space; not spaces."""
    if char.isspace() or char in ENCLOSING:
        return False
    if char in FILLERS or unicodedata.category(char) in INVISIBLE:
        return True
    return "VARIATION SELECTOR" in unicodedata.name(char, "")


def visible_name(text: str) -> str:
    """Return a name without spaces around it; "" if nobody can see it."""
    stripped = text.strip()
    if stripped.isascii() and stripped.isprintable():
        return stripped
    is_blank = all(char.isspace() or is_invisible(char) for char in stripped)
    return "" if is_blank else stripped
