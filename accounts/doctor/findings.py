"""What a check tells: how it stands, and what to do where something is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    about: str
    state: State
    says: str
    advice: str = ""  # what to do; none where all is well


Findings = Iterator[Finding]
Check = Callable[[], Findings]


def ok(about: str, says: str) -> Finding:
    return Finding(about, State.OK, says)


def warning(about: str, says: str, advice: str) -> Finding:
    return Finding(about, State.WARNING, says, advice)


def problem(about: str, says: str, advice: str) -> Finding:
    return Finding(about, State.PROBLEM, says, advice)
