"""Reasons not to move a database: one sentence, or rows that PostgreSQL would not take."""

from typing import Any, Final

MOST_NAMED: Final = 100


class CannotMove(Exception):
    """The error for databases that can't be moved as they are; says why in a sentence."""


class RefusedRows:
    """The rows that PostgreSQL would not take, by table and key, with the reason of each."""

    def __init__(self) -> None:
        self.number = 0
        self._named: list[str] = []

    def add(self, table: str, key: Any, why: str) -> None:
        self.number += 1
        if self.number <= MOST_NAMED:
            self._named.append(f"{table}, key {key!r}: {why}")

    def raise_if_any(self) -> None:
        """Raise CannotMove with every row that was added, up to MOST_NAMED."""
        if not self.number:
            return
        lines = list(self._named)
        if (more := self.number - len(lines)) > 0:
            lines.append(f"and {more} more")
        raise CannotMove(
            f"Nothing was written: PostgreSQL would not take these rows ({self.number}). Correct "
            "or delete them in the SQLite database, and move it again:\n" + "\n".join(lines)
        )
