"""Checks of the keys that tokens are encrypted with."""

from django.conf import settings
from django.utils.translation import ngettext

from accounts import tokens
from accounts.doctor.findings import Finding, Findings, ok, problem, warning


def keys_in_settings() -> Findings:
    """Check that no key is repeated or is the SECRET_KEY. Their form is checked at the start."""
    keys = settings.TOKEN_KEYS
    if len(set(keys)) < len(keys):
        advice = "Take the repeated one out of TOKEN_KEYS."
        yield warning("keys", "one stands there twice", advice)
    elif settings.SECRET_KEY in keys:
        advice = "Make a key of its own (README.md), and rotate."
        yield problem("keys", "one is the SECRET_KEY as well", advice)
    else:
        yield ok("keys", f"{len(keys)} in TOKEN_KEYS")


def rows() -> Findings:
    unreadable, usable = tokens.unreadable_rows(), tokens.accounts_usable_again()
    if unreadable:
        yield problem(
            "tokens",
            ngettext(
                "%d row can't be read with any of TOKEN_KEYS",
                "%d rows can't be read with any of TOKEN_KEYS",
                unreadable,
            )
            % unreadable,
            "Put back the key that is missing and run `manage.py rotate_token_keys`; without it "
            "these accounts have to be reconnected by their people.",
        )
    if usable:
        yield problem(
            "tokens",
            ngettext(
                "%d account was given up because of a missing key that is back",
                "%d accounts were given up because of a missing key that is back",
                usable,
            )
            % usable,
            "Run `manage.py rotate_token_keys`: they work again after it.",
        )
    if not (unreadable or usable):
        yield _age()


def _age() -> Finding:
    if old := tokens.rows_on_old_keys():
        advice = "Run `manage.py rotate_token_keys`; until then keep the old keys."
        says = ngettext(
            "%d row needs an old key or is in the old format",
            "%d rows need an old key or are in the old format",
            old,
        )
        return warning("tokens", says % old, advice)
    return ok("tokens", "all are readable, under the newest key")
