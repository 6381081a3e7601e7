"""Failures of signing in, and of other ways to Asana and back, as users read about them."""

from dataclasses import KW_ONLY, dataclass
from typing import Final

from accounts.codes import Detail


@dataclass(frozen=True)
class Failure:
    """A text for the user: what happened, and what to do about it."""

    status: int
    title: str
    explanation: str
    advice: str
    _: KW_ONLY
    detail: Detail  # kept in the history, which administrators read too
    ways_out: str = ""  # the template that lists several ways out, if there are any
    is_mix_up: bool = False  # another account came back than was expected
    may_connect: bool = False
    may_sign_out: bool = False
    keeps_nothing: bool = False  # nothing about unknown people is stored


DENIED: Final = Failure(
    403,
    "You didn't allow access",
    "You pressed Deny at Asana, so Onelist was not let in. Nothing has been stored.",
    "Onelist needs to read your tasks in order to list them. If that was a slip, sign in again and "
    "choose Allow.",
    detail=Detail.DENIED,
)
SESSION: Final = Failure(
    403,
    "This sign-in can't be finished here",
    "It was started in another browser, took longer than half an hour, or has been finished "
    "already. To keep others out, each sign-in works once, in the browser that began it.",
    "Start again from here. If it happens every time, allow cookies for this site.",
    detail=Detail.SIGN_IN_ENDED,
)
UNREACHABLE: Final = Failure(
    503,
    "Asana isn't answering",
    "We couldn't reach Asana to finish this. Nothing has been stored.",
    "Wait a moment and try again.",
    detail=Detail.UNREACHABLE,
)
BAD_REQUEST: Final = Failure(
    400,
    "That isn't a response from Asana",
    "The address you opened is not one that Asana sends people back with.",
    "Start again from here.",
    detail=Detail.BAD_REQUEST,
)
SCOPES: Final = Failure(
    502,
    "Asana refused what this site asked for",
    "The app registered at Asana doesn't have the permissions that Onelist asks for.",
    "Tell the administrator of this site: the permissions in Asana's developer console and the "
    "setting ASANA_APP_PERMISSIONS have to match.",
    detail=Detail.SCOPES_REFUSED,
)
SETUP: Final = Failure(
    502,
    "Signing in isn't set up correctly",
    "Asana and this site don't agree about the app that is registered there.",
    "Tell the administrator of this site: client ID, client secret and redirect address in Asana's "
    "developer console have to match the site's settings.",
    detail=Detail.APP_REFUSED,
)
UNTRUSTED: Final = Failure(
    502,
    "Asana's response couldn't be verified",
    "Something in what Asana sent back wasn't right, so we didn't let anybody in. "
    "Nothing has been stored.",
    "Try again. If it happens every time, tell the administrator of this site.",
    detail=Detail.UNVERIFIED,
)
NOT_A_MEMBER: Final = Failure(
    403,
    "This site is for certain workspaces",
    "The Asana account you came back with is in none of the workspaces whose people may sign in "
    "here, so you were not let in.",
    "If you have another Asana account, switch to it in Asana and sign in again. Otherwise ask an "
    "administrator of this site.",
    detail=Detail.NOT_A_MEMBER,
    keeps_nothing=True,
)
SIGNUPS_CLOSED: Final = Failure(
    403,
    "This site takes no new people",
    "The Asana account you came back with isn't connected to anybody here, and new people can't "
    "join at the moment.",
    "If you have been here before, sign in with the Asana account you used then. Otherwise ask an "
    "administrator of this site.",
    detail=Detail.SIGNUPS_CLOSED,
    keeps_nothing=True,
)
TOO_MANY: Final = Failure(
    429,
    "Too many sign-ins from here",
    "A lot of sign-ins have been started from your address in a short time.",
    "Wait a little and try again.",
    detail=Detail.TOO_MANY,
)
INACTIVE: Final = Failure(
    403,
    "Your account here is switched off",
    "An administrator of this site has switched off your account. What it holds is still there.",
    "Ask an administrator of this site to switch it on again.",
    detail=Detail.INACTIVE,
)
CODE_REJECTED: Final = Failure(
    403,
    "Asana no longer accepts this sign-in",
    "The one-time code you came back with has been used or is too old.",
    "Start again from here.",
    detail=Detail.CODE_REJECTED,
)
