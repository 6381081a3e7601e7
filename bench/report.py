"""Tables of results, in Markdown that is readable in a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Goal:
    text: str
    measured: str
    holds: bool

    def __str__(self) -> str:
        return (
            f"- {'holds' if self.holds else '**missed**'}: {self.text}. Measured: {self.measured}"
        )


@dataclass
class Table:
    title: str
    about: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def with_goals(self, *goals: Goal) -> Self:
        self.goals += goals
        return self

    def __str__(self) -> str:
        table = "\n".join(_lines([self.columns, *self.rows]))
        goals = "\n".join(map(str, self.goals))
        return f"## {self.title}\n\n{self.about}\n\n{table}\n\n{goals}".rstrip() + "\n"


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table; all columns but the first align right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "| "
        + " | ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    rule = "|".join(
        "-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)
    )
    return [lines[0], f"|{rule}|", *lines[1:]]
