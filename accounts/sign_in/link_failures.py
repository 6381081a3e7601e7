"""Failures of connecting, reconnecting, and asking for a wider or narrower grant."""

from typing import Final

from accounts.codes import Detail
from accounts.sign_in.failures import Failure

NOT_CONNECTED: Final = Failure(
    403,
    "Nothing was connected",
    "You pressed Deny at Asana, so no account has been added. Those you have work as before.",
    "If that was a slip, try again and choose Allow.",
    detail=Detail.DENIED,
)
NOT_RECONNECTED: Final = Failure(
    403,
    "It still needs reconnecting",
    "You pressed Deny at Asana, so Onelist can't fetch anything from there yet. The tasks it "
    "synced before stay in your list.",
    "If that was a slip, try again and choose Allow. If you no longer want this account here, "
    "disconnect it on the accounts page.",
    detail=Detail.DENIED,
)
DECLINED: Final = Failure(
    403,
    "You didn't allow changes",
    "You pressed Deny at Asana, so Onelist can't change your tasks, and nothing has been changed. "
    "Everything else works as before.",
    "You can complete the task in Asana itself. Should you change your mind, just try it here "
    "again: you will be asked again.",
    detail=Detail.DENIED,
)
CUSTOM_FIELDS_DECLINED: Final = Failure(
    403,
    "You didn't allow custom fields",
    "You pressed Deny at Asana, so Onelist doesn't read custom fields. Everything else works as "
    "before.",
    "Should you change your mind, allow them on the page of custom fields: you are asked again.",
    detail=Detail.DENIED,
)
CUSTOM_FIELDS_NOT_REGISTERED: Final = Failure(
    403,
    "This site can't ask for custom fields yet",
    "Asana doesn't know that Onelist may ask to read custom fields. Nothing has been changed: "
    "everything else works as before.",
    "Ask the administrator of this site to add the scope custom_fields:read to the app in Asana's "
    "developer console, then try again.",
    detail=Detail.SCOPES_REFUSED,
)
ANOTHER_WITH_CUSTOM_FIELDS: Final = Failure(
    409,
    "That was another Asana account",
    "You came back from Asana with another account than the one whose custom fields you wanted to "
    "see. Nothing has been stored, and nothing has been changed.",
    "Switch to the right account first, then ask again.",
    detail=Detail.ANOTHER_ACCOUNT,
    is_mix_up=True,
)
NOT_NARROWED: Final = Failure(
    403,
    "Nothing has changed",
    "You pressed Deny at Asana. Onelist had asked for less than it has: it may still read and "
    "change your tasks, as before.",
    "To take the permission to change tasks away, try again and choose Allow: what you allow then "
    "is read-only access.",
    detail=Detail.DENIED,
)
ANOTHER_TO_RECONNECT: Final = Failure(
    409,
    "That isn't the account to reconnect",
    "You came back from Asana with another account than the one that needs reconnecting. Nothing "
    "has been stored. The tasks that were synced before stay in your list.",
    "Asana takes whoever is signed in there in this browser. Switch to the right account first, "
    "then reconnect.",
    detail=Detail.ANOTHER_ACCOUNT,
    is_mix_up=True,
    may_connect=True,
)
ANOTHER_ACCOUNT: Final = Failure(
    409,
    "That was another Asana account",
    "You came back from Asana with another account than the one whose tasks you wanted to change. "
    "Nothing has been stored, and nothing has been changed.",
    "Switch to the right account first, then ask again.",
    detail=Detail.ANOTHER_ACCOUNT,
    is_mix_up=True,
)
ANOTHER_TO_NARROW: Final = Failure(
    409,
    "That was another Asana account",
    "You came back from Asana with another account than the one whose permission you wanted to "
    "give up. Nothing has been stored, and nothing has been changed.",
    "Switch to the right account first, then try again.",
    detail=Detail.ANOTHER_ACCOUNT,
    is_mix_up=True,
)
NOT_CONFIRMED: Final = Failure(
    403,
    "Nothing is confirmed",
    "You pressed Deny at Asana, so Onelist doesn't know that it's you. Nothing has been changed.",
    "If that was a slip, try again and choose Allow.",
    detail=Detail.DENIED,
)
ANOTHER_TO_CONFIRM: Final = Failure(
    409,
    "That isn't one of your accounts here",
    "You came back from Asana with an account that isn't connected to you here. Nothing has been "
    "stored, and nothing has been changed.",
    "Asana takes whoever is signed in there in this browser. Switch to an account that you have "
    "connected here, then try again.",
    detail=Detail.ANOTHER_ACCOUNT,
    is_mix_up=True,
)
NOT_RECENT: Final = Failure(
    403,
    "Asana has let you in without asking",
    "Asana says that you last signed in there a while ago, so that is no proof that it's you. "
    "Nothing has been changed.",
    "Log out at Asana, then try again: Asana asks you to log in.",
    detail=Detail.NOT_RECENT,
)
STILL_WIDE: Final = Failure(
    409,
    "Asana didn't take the permission back",
    "Onelist asked Asana for read-only access, and was given the permission to change tasks again. "
    "Nothing has been changed here.",
    "Remove Onelist in Asana's settings, under “Apps”, then reconnect the account here and try "
    "again.",
    detail=Detail.STILL_WIDE,
)
NO_LONGER_LINKED: Final = Failure(
    409,
    "That account isn't connected here any more",
    "It has been disconnected while you were at Asana. Nothing has been stored, so it stays "
    "disconnected.",
    "To have it here again, connect it.",
    detail=Detail.NO_LONGER_LINKED,
    may_connect=True,
)
IN_USE: Final = Failure(
    409,
    "That Asana account belongs to somebody else here",
    "The Asana account you came back with is connected to another person on this site already. It "
    "has not been moved, and nothing has changed for either of you.",
    "What to do now depends on what you wanted:",
    detail=Detail.IN_USE,
    ways_out="accounts/_ways_out_in_use.html",
    is_mix_up=True,
    may_connect=True,
    may_sign_out=True,
)
ANOTHER_PERSON: Final = Failure(
    409,
    "You are signed in as somebody else",
    "You came back from Asana with an account that isn't one of yours here. Nothing has been "
    "linked.",
    "What to do now depends on what you wanted:",
    detail=Detail.ANOTHER_PERSON,
    ways_out="accounts/_ways_out_another_person.html",
    is_mix_up=True,
    may_connect=True,
    may_sign_out=True,
)
