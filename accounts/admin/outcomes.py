"""Texts about the outcomes of revocations, the same on every page."""

from typing import Final

from django.utils.translation import ngettext

from accounts import tokens

IN_WORDS: Final = {
    tokens.Outcome.REVOKED: "revoked at Asana",
    tokens.Outcome.WAITING: "not revoked yet: Asana isn't answering, and is asked again for a week",
    tokens.Outcome.GONE: "no longer waiting: the audit log says what became of it",
    tokens.Outcome.GIVEN_UP: "not revoked: the week is over, or its token can't be read any more",
}
NOTHING: Final = "there was no token to revoke"


def of_one(outcome: tokens.Outcome | None) -> str:
    """Say what the outcome for one account is."""
    return f"access {IN_WORDS[outcome]}" if outcome else NOTHING


def of_several(counts: dict[tokens.Outcome, int]) -> str:
    """Say how many accounts there are of each outcome."""
    told = [
        ngettext("access to %d account", "access to %d accounts", count) % count
        + f" {IN_WORDS[outcome]}"
        for outcome, count in counts.items()
        if count
    ]
    return "; ".join(told) or NOTHING
