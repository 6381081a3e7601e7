"""Text from elsewhere, such as a name or what a browser calls itself, for one line of ours."""


def one_line(text: str, length: int) -> str:
    """Return what is printable of it, on one line, so that nobody can write a second one: in the
    log (ASVS 5.0 16.4.1), in a mail or among its headers."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:length]
