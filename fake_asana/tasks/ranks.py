"""Ranks of tasks in their lists: between any two there is room for another."""

from fractions import Fraction

Rank = int | Fraction


def built_rank(gid: str) -> Rank:
    """Return the rank of a task that was built and never moved: its number."""
    return int(gid[7:])


def parse_rank(text: str) -> Rank:
    return Fraction(text)


def between(before: Rank | None, after: Rank | None) -> Rank:
    """Return a rank after `before`, if there is such a task, and before `after`."""
    if before is None:
        return 0 if after is None else after - 1
    return before + 1 if after is None else Fraction(before + after) / 2
