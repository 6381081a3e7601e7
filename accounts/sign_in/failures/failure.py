from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """What to tell a person: what happened, and what to do about it."""

    status: int
    title: str
    explanation: str
    advice: str
    may_connect: bool = False  # the ways out are to connect with care, or to sign out
    keeps_nothing: bool = False  # of who isn't known here
