"""From what social-auth says to what to tell a person."""

from dataclasses import replace
from typing import Final

from social_core.exceptions import SocialAuthBaseException

from accounts import rate_limits
from accounts.oidc.authorization import Kind
from accounts.sign_in.failures import links, sign_ins
from accounts.sign_in.failures.failure import Failure

NOTHING_KEPT: Final = (
    "Of this sign-in nothing is kept but that somebody was refused, and why: no name and "
    "no address."
)
BY_CODE: Final = {
    "authorization_declined": sign_ins.DENIED,
    "session_context_missing": sign_ins.SESSION,
    "state_mismatch": sign_ins.SESSION,
    "user_mismatch": sign_ins.SESSION,
    "nonce_mismatch": sign_ins.SESSION,
    "response_expired": sign_ins.SESSION,
    "identity_in_use": links.IN_USE,
    "another_person": links.ANOTHER_PERSON,
    "no_longer_linked": links.NO_LONGER_LINKED,
    "still_wide": links.STILL_WIDE,
    "not_a_member": sign_ins.NOT_A_MEMBER,
    "signups_closed": sign_ins.SIGNUPS_CLOSED,
    "missing_permission": sign_ins.SCOPES,
    "missing_parameter": sign_ins.BAD_REQUEST,
    "invalid_parameter": sign_ins.BAD_REQUEST,
    "invalid_setting": sign_ins.SETUP,
    "missing_setting": sign_ins.SETUP,
    "authorization_code_rejected": sign_ins.CODE_REJECTED,
    "timeout": sign_ins.UNREACHABLE,
    "connection_failed": sign_ins.UNREACHABLE,
    "unavailable": sign_ins.UNREACHABLE,
    "rate_limited": sign_ins.UNREACHABLE,
}
BY_CODE_AND_KIND: Final[dict[tuple[str, Kind], Failure]] = {
    ("authorization_declined", "connect"): links.NOT_CONNECTED,
    ("authorization_declined", "reconnect"): links.NOT_RECONNECTED,
    ("authorization_declined", "widen"): links.DECLINED,
    ("authorization_declined", "narrow"): links.NOT_NARROWED,
    ("another_account", "reconnect"): links.ANOTHER_TO_RECONNECT,
    ("another_account", "widen"): links.ANOTHER_ACCOUNT,
    ("another_account", "narrow"): links.ANOTHER_TO_NARROW,
}


def too_many(seconds: int) -> Failure:
    """TOO_MANY, with how long it is until the next one is allowed."""
    return replace(sign_ins.TOO_MANY, advice=f"Try again in {rate_limits.in_words(seconds)}.")


def of_a_stranger(failure: Failure) -> Failure:
    """With what is kept of somebody who isn't known here."""
    return replace(failure, explanation=f"{failure.explanation} {NOTHING_KEPT}")


def describe(error: SocialAuthBaseException, kind: Kind = "sign_in") -> Failure:
    """`kind`: what the person was on the way for."""
    if special := BY_CODE_AND_KIND.get((error.code, kind)):
        return special
    if error.provider_code in {"forbidden_scopes", "invalid_scope"}:
        return sign_ins.SCOPES
    return BY_CODE.get(error.code, sign_ins.UNTRUSTED)
