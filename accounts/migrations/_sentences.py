"""The sentences that were stored before 0007_codes, as they were then: to codes and back.

Nothing here follows later changes of `accounts.codes` or `accounts.messages`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

LONGEST: Final = 255  # that the columns held

SENTENCES: Final = {
    "no_response": "Asana isn't answering",
    "access_ended": "Asana no longer lets us in",
    "token_unreadable": "Its stored token cannot be read any more",
    "nothing_lasting": "Onelist holds no access that lasts",
    "asked_by_administrator": "An administrator asks you to reconnect it",
    "ended_together": "Asana ended this access together with the wider one you gave up",
    "with_asana": "With Asana",
    "with_password": "With a password",
    "denied": "Deny was pressed at Asana",
    "sign_in_ended": "It was begun in another browser or too long ago, or was finished already",
    "unreachable": "Asana didn't answer",
    "bad_request": "What came back was no answer of Asana's",
    "scopes_refused": "Asana refused the permissions that Onelist asks for",
    "app_refused": "Asana and this site don't agree about the app",
    "unverified": "Asana's answer couldn't be verified",
    "not_a_member": "In none of the workspaces whose people may sign in",
    "signups_closed": "New people can't join",
    "too_many": "Too many sign-ins from one address",
    "inactive": "Switched off here",
    "code_rejected": "The one-time code was used already or too old",
    "another_account": "Another Asana account came back",
    "another_person": "The Asana account that came back is none of those connected here",
    "still_wide": "Asana gave the permission to change tasks again",
    "no_longer_linked": "The account was disconnected meanwhile",
    "in_use": "The Asana account that came back is connected to somebody else",
    "everywhere": "everywhere",
    "nowhere": "nowhere: there was no session",
    "key_is_back": "Its key is back",
    "earlier_token_unreadable": "Of an earlier sign-in: its stored token cannot be read any more",
    "connected_again": "It has been connected again",
    "history": "their history",
    "history_as_csv": "their history, as CSV",
    "added": "added",
    "token_refreshed": "token refreshed",
    "marked": "marked as needing reconnection",
    "begun": "Begun",
}
EARLIER_SENTENCES: Final = {"Asana gave no access that lasts": "nothing_lasting"}
# Codes for which there was no sentence: what was said then
NEW: Final = dict.fromkeys(("timeout", "tls_error", "redirected", "too_large"), "no_response")
WANTED: Final = {
    "connect": "Connecting",
    "reconnect": "Reconnecting",
    "widen": "Asking to change tasks",
    "narrow": "Asking for less",
}
OWN_ERROR: Final = "an error of its own"
UNKNOWN_BROWSER: Final = "an unknown browser"
FIELDS: Final = {
    "username": "Username",
    "name": "Name",
    "email": "Email address",
    "time_zone": "Time zone",
    "mail_about_links": "When an Asana account is connected or disconnected",
    "mail_about_trouble": "When an Asana account needs reconnecting, and when it works again",
    "is_active": "Active",
    "is_staff": "Staff status",
    "is_superuser": "Superuser status",
    "groups": "Groups",
    "user_permissions": "User permissions",
    "password": "password",
}
KINDS: Final = {  # one, several
    "expired_sessions": ("expired session", "expired sessions"),
    "sessions_of_nobody": ("session of nobody", "sessions of nobody"),
    "unfinished_sign_ins": ("unfinished sign-in", "unfinished sign-ins"),
    "sign_in_nonces": ("sign-in nonce", "sign-in nonces"),
    "sign_in_codes": ("sign-in code", "sign-in codes"),
    "paused_sign_ins": ("paused sign-in", "paused sign-ins"),
    "watched_sign_ins": ("watched sign-in", "watched sign-ins"),
    "provider_documents": ("provider document", "provider documents"),
    "audit_entries": ("audit entry", "audit entries"),
    "revocations": ("revocation", "revocations"),
}
OUTCOMES: Final = {
    "done": ("encrypted anew",) * 2,
    "usable_again": ("usable again",) * 2,
    "unreadable": ("unreadable",) * 2,
    "busy": ("busy",) * 2,
}
ENTRIES: Final = {"entry": ("entry", "entries")}
OTHERS: Final = ("All the others", "The only other one")
CODES: Final = {words: code for code, words in SENTENCES.items()} | EARLIER_SENTENCES
NUMBER: Final = "([0-9]{1,9})"

Coded = tuple[str, dict[str, Any]]


def to_code(text: str, event: str = "") -> Coded:
    """Return the code and the arguments of a sentence; `event`: of the entry it is in."""
    if not text:
        return "", {}
    if text in CODES:
        return CODES[text], {}
    return next(_found(text, event), ("legacy", {"text": text}))


def _found(text: str, event: str) -> Iterator[Coded]:
    if match := re.fullmatch(rf"Asana answers with an error \({NUMBER}\)", text):
        yield "http_error", {"status": int(match[1])}
    if match := re.fullmatch("revocation ([0-9a-f]{1,16}) tried again", text):
        yield "revocation_tried", {"reference": match[1]}
    if match := re.fullmatch(rf"tasks fetched: {NUMBER}, from {NUMBER} workspaces?", text):
        yield "tasks_synced", {"tasks": int(match[1]), "workspaces": int(match[2])}
    if match := re.fullmatch(rf"{NUMBER} entr(?:y|ies), as CSV", text):
        yield "entries_exported", {"count": int(match[1])}
    yield from _found_in(text, event)


def _found_in(text: str, event: str) -> Iterator[Coded]:
    """What only means something in an entry of one kind."""
    match event:
        case "nothing_changed":
            yield from _wanted(text)
        case "refresh_refused" if text == OWN_ERROR or re.fullmatch("[a-z_]{1,40}", text):
            yield "refresh_refused", {"error": "own_error" if text == OWN_ERROR else text}
        case "session_ended":
            yield _session(text)
        case "changed" if fields := _fields(text):
            yield "fields_changed", {"fields": fields}
        case "cleaned_up" if text == "nothing" or (counts := _counts(text, KINDS)):
            yield "deleted", {"counts": {} if text == "nothing" else counts}
        case "keys_rotated" if counts := _counts(text, OUTCOMES):
            yield "rotated", {"counts": counts}


def _wanted(text: str) -> Iterator[Coded]:
    for wanted, words in WANTED.items():
        reason = text.removeprefix(f"{words}: ")
        if reason != text and reason in CODES:
            yield CODES[reason], {"wanted": wanted}


def _session(text: str) -> Coded:
    """All that is said there but these two is the name of a browser."""
    if text in OTHERS:  # of several it was not kept how many
        return "other_sessions", {"count": 1} if text == OTHERS[True] else {}
    browser, _, system = ("" if text == UNKNOWN_BROWSER else text).partition(" on ")
    return "browser", {"browser": browser, "system": system}


def _fields(text: str) -> list[str]:
    """The names of the fields with these labels, one of which has a comma in it; [] if unknown."""
    names, left = [], f"{text}, "
    while left:
        found = next((each for each in FIELDS if left.startswith(f"{FIELDS[each]}, ")), None)
        if found is None:
            return []
        names.append(found)
        left = left.removeprefix(f"{FIELDS[found]}, ")
    return names


def _counts(text: str, kinds: dict[str, tuple[str, str]]) -> dict[str, int]:
    """{} if it isn't a list of these alone."""
    by_words = {words: kind for kind, both in kinds.items() for words in both}
    matches = [re.fullmatch(f"{NUMBER} (.+)", part) for part in text.split(", ")]
    if not all(match and match[2] in by_words for match in matches):
        return {}
    return {by_words[match[2]]: int(match[1]) for match in matches if match}


def to_text(code: str, args: dict[str, Any]) -> str:
    """Return the sentence that stood for a code."""
    code = NEW.get(code, code)
    text = COMPOSED[code](args) if code in COMPOSED else SENTENCES.get(code, code)
    return (f"{WANTED[args['wanted']]}: {text}" if "wanted" in args else text)[:LONGEST]


def _told(counts: dict[str, int], kinds: dict[str, tuple[str, str]]) -> str:
    """In the order of `kinds`: PostgreSQL keeps none for the keys of a JSON object."""
    told = [(counts[kind], words) for kind, words in kinds.items() if kind in counts]
    return ", ".join(f"{count} {words[count != 1]}" for count, words in told)


def _tasks_fetched(args: dict[str, Any]) -> str:
    tasks, workspaces = args["tasks"], args["workspaces"]
    return f"tasks fetched: {tasks}, from {workspaces} workspace{'s' if workspaces != 1 else ''}"


COMPOSED: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "legacy": lambda args: str(args["text"]),
    "http_error": lambda args: f"Asana answers with an error ({args['status']})",
    "revocation_tried": lambda args: f"revocation {args['reference']} tried again",
    "tasks_synced": _tasks_fetched,
    "entries_exported": lambda args: f"{_told({'entry': args['count']}, ENTRIES)}, as CSV",
    "refresh_refused": lambda args: OWN_ERROR if args["error"] == "own_error" else args["error"],
    "other_sessions": lambda args: OTHERS[args.get("count", 2) == 1],
    "browser": lambda args: (
        " on ".join(filter(None, (args["browser"], args["system"]))) or UNKNOWN_BROWSER
    ),
    "fields_changed": lambda args: ", ".join(FIELDS.get(name, name) for name in args["fields"]),
    "deleted": lambda args: _told(args["counts"], KINDS) or "nothing",
    "rotated": lambda args: _told(args["counts"], OUTCOMES),
}
