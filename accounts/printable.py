"""Text from outside, such as names and User-Agent headers, made safe for a single line."""


def one_line(text: str, length: int) -> str:
    """Return the printable characters of a text on one line, at most `length`.

    Nobody can then add a line to the log (ASVS 5.0 16.4.1), to a mail or to its headers.
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:length]
