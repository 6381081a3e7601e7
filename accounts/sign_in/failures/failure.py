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
    ways_out: str = ""  # the template that lists them, where there are several
    is_mix_up: bool = False  # an account came back, but not the right one
    may_connect: bool = False
    may_sign_out: bool = False
    keeps_nothing: bool = False  # of who isn't known here
