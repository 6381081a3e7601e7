"""What to tell a person whose sign-in did not work: what happened, and what to do about it."""

from dataclasses import dataclass, replace
from typing import Final

from social_core.exceptions import SocialAuthBaseException


@dataclass(frozen=True)
class Failure:
    status: int
    title: str
    explanation: str
    advice: str


DENIED: Final = Failure(
    403,
    "You didn't allow access",
    "You pressed Deny at Asana, so Onelist was not let in. Nothing has been stored.",
    "Onelist needs to read your tasks in order to list them. If that was a slip, sign in again and "
    "choose Allow.",
)
SESSION: Final = Failure(
    403,
    "This sign-in can't be finished here",
    "It was started in another browser, took longer than half an hour, or has been finished "
    "already. To keep others out, each sign-in works once, in the browser that began it.",
    "Start again from here. If it happens every time, allow cookies for this site.",
)
DECLINED: Final = Failure(
    403,
    "You didn't allow changes",
    "You pressed Deny at Asana, so Onelist can't change your tasks, and nothing has been changed. "
    "Everything else works as before.",
    "You can complete the task in Asana itself. Should you change your mind, just try it here "
    "again: you will be asked again.",
)
ANOTHER_ACCOUNT: Final = Failure(
    409,
    "That was another Asana account",
    "You came back from Asana with another account than the one whose tasks you wanted to change. "
    "Nothing has been stored, and nothing has been changed.",
    "Switch to the right account in Asana first, then ask again.",
)
IN_USE: Final = Failure(
    409,
    "That Asana account belongs to somebody else here",
    "The Asana account you came back with is already linked to another person on this site. "
    "It has not been moved.",
    "Sign out here and sign in with that account, or switch to another account in Asana and "
    "connect again.",
)
ANOTHER_PERSON: Final = Failure(
    409,
    "You are signed in as somebody else",
    "You came back from Asana with an account that isn't one of yours here. Nothing has been "
    "linked.",
    "To add it to your list, use “Connect another Asana account” on the accounts page. To use it "
    "by itself, sign out first.",
)
UNREACHABLE: Final = Failure(
    503,
    "Asana isn't answering",
    "We couldn't reach Asana to finish signing you in. Nothing has been stored.",
    "Wait a moment and try again.",
)
BAD_REQUEST: Final = Failure(
    400,
    "That isn't an answer from Asana",
    "The address you opened is not one that Asana sends people back with.",
    "Start again from here.",
)
SCOPES: Final = Failure(
    502,
    "Asana refused what this site asked for",
    "The app registered at Asana doesn't have the permissions that Onelist asks for.",
    "Tell the administrator of this site: the permissions in Asana's developer console and the "
    "setting ASANA_APP_PERMISSIONS have to match.",
)
SETUP: Final = Failure(
    502,
    "Signing in isn't set up correctly",
    "Asana and this site don't agree about the app that is registered there.",
    "Tell the administrator of this site: client ID, client secret and redirect address in Asana's "
    "developer console have to match the site's settings.",
)
UNTRUSTED: Final = Failure(
    502,
    "Asana's answer couldn't be verified",
    "Something in what Asana sent back wasn't right, so we didn't let anybody in. "
    "Nothing has been stored.",
    "Try again. If it happens every time, tell the administrator of this site.",
)
NOT_A_MEMBER: Final = Failure(
    403,
    "This site is for certain workspaces",
    "The Asana account you came back with is in none of the workspaces whose people may sign in "
    "here. You were not let in, and nothing of this sign-in has been kept.",
    "If you have another Asana account, switch to it in Asana and sign in again. Otherwise ask an "
    "administrator of this site.",
)
SIGNUPS_CLOSED: Final = Failure(
    403,
    "This site takes no new people",
    "The Asana account you came back with isn't connected to anybody here, and new people can't "
    "join at the moment. Nothing of this sign-in has been kept.",
    "If you have been here before, sign in with the Asana account you used then. Otherwise ask an "
    "administrator of this site.",
)
TOO_MANY: Final = Failure(
    429,
    "Too many sign-ins from here",
    "A lot of sign-ins have been started from your address in a short time.",
    "Wait a little and try again.",
)
INACTIVE: Final = Failure(
    403,
    "Your account here is switched off",
    "An administrator of this site has switched off your account. What it holds is still there.",
    "Ask an administrator of this site to switch it on again.",
)
CODE_REJECTED: Final = Failure(
    403,
    "Asana no longer accepts this sign-in",
    "The one-time code you came back with has been used or is too old.",
    "Start again from here.",
)


BY_CODE: Final = {
    "authorization_declined": DENIED,
    "session_context_missing": SESSION,
    "state_mismatch": SESSION,
    "user_mismatch": SESSION,
    "nonce_mismatch": SESSION,
    "response_expired": SESSION,
    "identity_in_use": IN_USE,
    "another_person": ANOTHER_PERSON,
    "another_account": ANOTHER_ACCOUNT,
    "not_a_member": NOT_A_MEMBER,
    "signups_closed": SIGNUPS_CLOSED,
    "missing_permission": SCOPES,
    "missing_parameter": BAD_REQUEST,
    "invalid_parameter": BAD_REQUEST,
    "invalid_setting": SETUP,
    "missing_setting": SETUP,
    "authorization_code_rejected": CODE_REJECTED,
    "timeout": UNREACHABLE,
    "connection_failed": UNREACHABLE,
    "unavailable": UNREACHABLE,
    "rate_limited": UNREACHABLE,
}


def in_words(seconds: int) -> str:
    """Rounded up: who comes back then is let in."""
    if seconds < 120:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"


def too_many(seconds: int) -> Failure:
    """TOO_MANY, with how long it is until the next one is allowed."""
    return replace(TOO_MANY, advice=f"Try again in {in_words(seconds)}.")


def describe(error: SocialAuthBaseException, *, widening: bool = False) -> Failure:
    """`widening`: the person was asked for more than they had allowed before."""
    if widening and error.code == "authorization_declined":
        return DECLINED
    if error.provider_code in {"forbidden_scopes", "invalid_scope"}:
        return SCOPES
    return BY_CODE.get(error.code, UNTRUSTED)
