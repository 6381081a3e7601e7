"""Findings of checks: a state, what was found, and what to do if something is wrong."""

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
    advice: str = ""  # what to do; "" if nothing is wrong


Findings = Iterator[Finding]
Check = Callable[[], Findings]


def ok(about: str, says: str) -> Finding:
    return Finding(about, State.OK, says)


def warning(about: str, says: str, advice: str) -> Finding:
    return Finding(about, State.WARNING, says, advice)


def problem(about: str, says: str, advice: str) -> Finding:
    return Finding(about, State.PROBLEM, says, advice)
