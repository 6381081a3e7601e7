"""Mapping of social-auth's errors to the failures that are shown to users."""

from dataclasses import replace
from typing import Final

from social_core.exceptions import SocialAuthBaseException

from accounts import messages
from accounts.oidc.authorization import Kind
from accounts.sign_in import failures, link_failures
from accounts.sign_in.failures import Failure

NOTHING_KEPT: Final = (
    "Of this sign-in nothing is kept but that somebody was refused, and why: no name and "
    "no address."
)
BY_CODE: Final = {
    "authorization_declined": failures.DENIED,
    "session_context_missing": failures.SESSION,
    "state_mismatch": failures.SESSION,
    "user_mismatch": failures.SESSION,
    "nonce_mismatch": failures.SESSION,
    "response_expired": failures.SESSION,
    "identity_in_use": link_failures.IN_USE,
    "another_person": link_failures.ANOTHER_PERSON,
    "no_longer_linked": link_failures.NO_LONGER_LINKED,
    "still_wide": link_failures.STILL_WIDE,
    "not_a_member": failures.NOT_A_MEMBER,
    "signups_closed": failures.SIGNUPS_CLOSED,
    "missing_permission": failures.SCOPES,
    "missing_parameter": failures.BAD_REQUEST,
    "invalid_parameter": failures.BAD_REQUEST,
    "invalid_setting": failures.SETUP,
    "missing_setting": failures.SETUP,
    "authorization_code_rejected": failures.CODE_REJECTED,
    "timeout": failures.UNREACHABLE,
    "connection_failed": failures.UNREACHABLE,
    "unavailable": failures.UNREACHABLE,
    "rate_limited": failures.UNREACHABLE,
}
BY_CODE_AND_KIND: Final[dict[tuple[str, Kind], Failure]] = {
    ("authorization_declined", "connect"): link_failures.NOT_CONNECTED,
    ("authorization_declined", "reconnect"): link_failures.NOT_RECONNECTED,
    ("authorization_declined", "widen"): link_failures.DECLINED,
    ("authorization_declined", "custom_fields"): link_failures.CUSTOM_FIELDS_DECLINED,
    ("authorization_declined", "narrow"): link_failures.NOT_NARROWED,
    ("authorization_declined", "confirm"): link_failures.NOT_CONFIRMED,
    ("another_account", "confirm"): link_failures.ANOTHER_TO_CONFIRM,
    ("not_recent", "confirm"): link_failures.NOT_RECENT,
    ("another_account", "reconnect"): link_failures.ANOTHER_TO_RECONNECT,
    ("another_account", "widen"): link_failures.ANOTHER_ACCOUNT,
    ("another_account", "custom_fields"): link_failures.ANOTHER_WITH_CUSTOM_FIELDS,
    ("another_account", "narrow"): link_failures.ANOTHER_TO_NARROW,
}


def too_many(seconds: int) -> Failure:
    """Return TOO_MANY with the time until the next sign-in is allowed."""
    return replace(failures.TOO_MANY, advice=f"Try again in {messages.waiting_time(seconds)}.")


def of_a_stranger(failure: Failure) -> Failure:
    """Return the failure with a sentence on what is kept of somebody who isn't known here."""
    return replace(failure, explanation=f"{failure.explanation} {NOTHING_KEPT}")


def describe(error: SocialAuthBaseException, kind: Kind = "sign_in") -> Failure:
    """Return the failure for an error. `kind` is that of the authorization request."""
    if special := BY_CODE_AND_KIND.get((error.code, kind)):
        return special
    if error.provider_code in {"forbidden_scopes", "invalid_scope"}:
        if kind == "custom_fields":
            return link_failures.CUSTOM_FIELDS_NOT_REGISTERED
        return failures.SCOPES
    return BY_CODE.get(error.code, failures.UNTRUSTED)
