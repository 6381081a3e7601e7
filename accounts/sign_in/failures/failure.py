from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True)
class Failure:
    """What to tell a person: what happened, and what to do about it."""

    status: int
    title: str
    explanation: str
    advice: str
    _: KW_ONLY
    reason: str  # in the history, which administrators read too
    may_connect: bool = False  # the ways out are to connect with care, or to sign out
    keeps_nothing: bool = False  # of who isn't known here
