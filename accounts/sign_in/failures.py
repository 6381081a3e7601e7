"""What to tell a person whose sign-in did not work: what happened, and what to do about it."""

from dataclasses import dataclass, replace
from typing import Final

from social_core.exceptions import SocialAuthBaseException

from accounts import rates
from accounts.oidc.purposes import Kind


@dataclass(frozen=True)
class Failure:
    status: int
    title: str
    explanation: str
    advice: str
    may_connect: bool = False  # the ways out are to connect with care, or to sign out


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
NOT_CONNECTED: Final = Failure(
    403,
    "Nothing was connected",
    "You pressed Deny at Asana, so no account has been added. Those you have work as before.",
    "If that was a slip, try again and choose Allow.",
)
NOT_RECONNECTED: Final = Failure(
    403,
    "It still needs reconnecting",
    "You pressed Deny at Asana, so Onelist can't fetch anything from there yet. The tasks it "
    "fetched before stay in your list.",
    "If that was a slip, try again and choose Allow. If you no longer want this account here, "
    "disconnect it on the accounts page.",
)
NOT_NARROWED: Final = Failure(
    403,
    "Nothing has changed",
    "You pressed Deny at Asana. Onelist had asked for less than it has: it may still read and "
    "change your tasks, as before.",
    "To take the permission to change tasks away, try again and choose Allow: what you allow then "
    "is reading alone.",
)
ANOTHER_ACCOUNT: Final = Failure(
    409,
    "That was another Asana account",
    "You came back from Asana with another account than the one whose tasks you wanted to change. "
    "Nothing has been stored, and nothing has been changed.",
    "Switch to the right account in Asana first, then ask again.",
)
ANOTHER_TO_RECONNECT: Final = Failure(
    409,
    "That isn't the account to reconnect",
    "You came back from Asana with another account than the one that needs reconnecting. Nothing "
    "has been stored. The tasks that were fetched before stay in your list.",
    "Asana takes whoever is signed in there in this browser. Switch to the right account in Asana "
    "first, then reconnect. To add the other account, use “Connect another Asana account”.",
)
ANOTHER_TO_NARROW: Final = Failure(
    409,
    "That was another Asana account",
    "You came back from Asana with another account than the one whose permission you wanted to "
    "give up. Nothing has been stored, and nothing has been changed.",
    "Switch to the right account in Asana first, then try again.",
)
NO_LONGER_LINKED: Final = Failure(
    409,
    "That account isn't connected here any more",
    "It has been disconnected while you were at Asana. Nothing has been stored, so it stays "
    "disconnected.",
    "To have it here again, connect it.",
    may_connect=True,
)
STILL_WIDE: Final = Failure(
    409,
    "Asana didn't take the permission back",
    "Onelist asked Asana for reading alone, and was given the permission to change tasks again. "
    "Nothing has been changed here.",
    "Remove Onelist in Asana's settings, under “Apps”, then reconnect the account here and try "
    "again.",
)
IN_USE: Final = Failure(
    409,
    "That Asana account belongs to somebody else here",
    "The Asana account you came back with is linked to another person on this site already. It has "
    "not been moved, and nothing has changed for either of you. If you wanted another account, "
    "Asana took this one because it is signed in there in this browser.",
    "Switch to the account you meant in Asana, then connect again. If the other person is you, "
    "sign out here and sign in with that account; to have it here instead, disconnect it there "
    "first (or, if it is the only one there, delete that account).",
    may_connect=True,
)
ANOTHER_PERSON: Final = Failure(
    409,
    "You are signed in as somebody else",
    "You came back from Asana with an account that isn't one of yours here. Nothing has been "
    "linked.",
    "To add it to your list, connect it. To use it by itself, sign out first.",
    may_connect=True,
)
UNREACHABLE: Final = Failure(
    503,
    "Asana isn't answering",
    "We couldn't reach Asana to finish this. Nothing has been stored.",
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
    "no_longer_linked": NO_LONGER_LINKED,
    "still_wide": STILL_WIDE,
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
BY_CODE_AND_KIND: Final[dict[tuple[str, Kind], Failure]] = {
    ("authorization_declined", "connect"): NOT_CONNECTED,
    ("authorization_declined", "reconnect"): NOT_RECONNECTED,
    ("authorization_declined", "widen"): DECLINED,
    ("authorization_declined", "narrow"): NOT_NARROWED,
    ("another_account", "reconnect"): ANOTHER_TO_RECONNECT,
    ("another_account", "widen"): ANOTHER_ACCOUNT,
    ("another_account", "narrow"): ANOTHER_TO_NARROW,
}


def too_many(seconds: int) -> Failure:
    """TOO_MANY, with how long it is until the next one is allowed."""
    return replace(TOO_MANY, advice=f"Try again in {rates.in_words(seconds)}.")


def describe(error: SocialAuthBaseException, kind: Kind = "sign_in") -> Failure:
    """`kind`: what the person was on the way for."""
    if special := BY_CODE_AND_KIND.get((error.code, kind)):
        return special
    if error.provider_code in {"forbidden_scopes", "invalid_scope"}:
        return SCOPES
    return BY_CODE.get(error.code, UNTRUSTED)
