"""Sentences for codes. Codes and arguments are stored, raised and counted; sentences are shown."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import ngettext, ngettext_lazy

from accounts import registry, user_agents
from accounts.codes import OWN_ERROR, Detail, Problem
from accounts.models import AsanaAccount, AuditEntry, Revocation, User

Args = Mapping[str, Any]

WORDS: Final[dict[str, Any]] = {  # str, or a lazy singular and plural
    Problem.NO_RESPONSE: "Asana isn't answering",
    Problem.TIMEOUT: "Asana isn't answering",
    Problem.TLS_ERROR: "Asana's certificate is not trusted",
    Problem.REDIRECTED: "Asana answers with a redirect, which is not followed",
    Problem.TOO_LARGE: "Asana's response is too large",
    Problem.HTTP_ERROR: "Asana answers with an error (%(status)s)",
    Problem.GONE: "It is no longer connected",
    Problem.BEING_REFRESHED: "Somebody else is refreshing this account",
    Problem.ANSWERED_FOR_ANOTHER: "Asana answered for another account",
    Problem.ANSWERED_FOR_ANOTHER_SIGN_IN: "Asana's response is for another sign-in",
    Problem.ACCESS_ENDED: "Asana no longer lets us in",
    Problem.TOKEN_UNREADABLE: "Its stored token cannot be read any more",
    Problem.NOTHING_LASTING: "Onelist holds no access that lasts",
    Problem.ASKED_BY_ADMINISTRATOR: "An administrator asks you to reconnect it",
    Problem.ENDED_TOGETHER: "Asana ended this access together with the wider one you gave up",
    Problem.LEGACY: "%(text)s",
    Detail.WITH_ASANA: "With Asana",
    Detail.WITH_PASSWORD: "With a password",
    Detail.DENIED: "Deny was pressed at Asana",
    Detail.SIGN_IN_ENDED: "It was begun in another browser or too long ago, or was finished "
    "already",
    Detail.UNREACHABLE: "Asana didn't answer",
    Detail.BAD_REQUEST: "What came back was no response of Asana's",
    Detail.SCOPES_REFUSED: "Asana refused the permissions that Onelist asks for",
    Detail.APP_REFUSED: "Asana and this site don't agree about the app",
    Detail.UNVERIFIED: "Asana's response couldn't be verified",
    Detail.NOT_A_MEMBER: "In none of the workspaces whose people may sign in",
    Detail.SIGNUPS_CLOSED: "New people can't join",
    Detail.TOO_MANY: "Too many sign-ins from one address",
    Detail.INACTIVE: "Switched off here",
    Detail.CODE_REJECTED: "The one-time code was used already or too old",
    Detail.ANOTHER_ACCOUNT: "Another Asana account came back",
    Detail.ANOTHER_PERSON: "The Asana account that came back is none of those connected here",
    Detail.STILL_WIDE: "Asana gave the permission to change tasks again",
    Detail.NO_LONGER_LINKED: "The account was disconnected meanwhile",
    Detail.IN_USE: "The Asana account that came back is connected to somebody else",
    Detail.NOT_RECENT: "The last sign-in at Asana was too long ago",
    Detail.OLD_PASSWORD_WRONG: "Changing the password: the old one was wrong",
    Detail.EVERYWHERE: "everywhere",
    Detail.NOWHERE: "nowhere: there was no session",
    Detail.KEY_IS_BACK: "Its key is back",
    Detail.EARLIER_TOKEN_UNREADABLE: "Of an earlier sign-in: its stored token cannot be read any "
    "more",
    Detail.CONNECTED_AGAIN: "It has been connected again",
    Detail.HISTORY: "their history",
    Detail.HISTORY_AS_CSV: "their history, as CSV",
    Detail.ADDED: "added",
    Detail.TOKEN_REFRESHED: "token refreshed",
    Detail.MARKED: "marked as needing reconnection",
    Detail.REVOCATION_TRIED: "revocation %(reference)s tried again",
    Detail.TASKS_SYNCED: ngettext_lazy(
        "tasks synced: %(tasks)d, from %(workspaces)d workspace",
        "tasks synced: %(tasks)d, from %(workspaces)d workspaces",
        "workspaces",
    ),
    Detail.ENTRIES_EXPORTED: ngettext_lazy(
        "%(count)d entry, as CSV", "%(count)d entries, as CSV", "count"
    ),
    Detail.BEGUN: "Begun",
    Detail.OLD_FORMAT_REFUSED: "all are bound to their person: the old format is refused from now",
}
WANTED: Final = {
    "connect": "Connecting",
    "reconnect": "Reconnecting",
    "widen": "Asking to change tasks",
    "custom_fields": "Asking to read custom fields",
    "narrow": "Asking for less",
    "confirm": "Confirming who it is",
}
KINDS: Final = {
    "expired_sessions": ngettext_lazy("%d expired session", "%d expired sessions"),
    "sessions_of_nobody": ngettext_lazy("%d session of nobody", "%d sessions of nobody"),
    "unfinished_sign_ins": ngettext_lazy("%d unfinished sign-in", "%d unfinished sign-ins"),
    "sign_in_nonces": ngettext_lazy("%d sign-in nonce", "%d sign-in nonces"),
    "sign_in_codes": ngettext_lazy("%d sign-in code", "%d sign-in codes"),
    "paused_sign_ins": ngettext_lazy("%d paused sign-in", "%d paused sign-ins"),
    "watched_sign_ins": ngettext_lazy("%d watched sign-in", "%d watched sign-ins"),
    "provider_documents": ngettext_lazy("%d provider document", "%d provider documents"),
    "audit_entries": ngettext_lazy("%d audit entry", "%d audit entries"),
    "revocations": ngettext_lazy("%d revocation", "%d revocations"),
}
ROTATED: Final = {
    "done": "%d encrypted anew",
    "usable_again": "%d usable again",
    "unreadable": "%d unreadable",
    "busy": "%d busy",
}

# Health of the site
NEED_RECONNECTING: Final = ngettext_lazy(
    "%d account needs reconnecting by its person", "%d accounts need reconnecting by their people"
)
NONE_WORKS: Final = ngettext_lazy(  # count: accounts that need reconnecting
    "no linked account works: the only one needs reconnecting",
    "no linked account works: all %(count)d need reconnecting",
    "count",
)
REVOCATIONS_WAIT: Final = ngettext_lazy(
    "%d revocation is waiting for Asana", "%d revocations are waiting for Asana"
)
ON_OLD_KEYS: Final = ngettext_lazy(
    "%d row is still on an old key or in the old format",
    "%d rows are still on an old key or in the old format",
)
LATELY: Final = "%s: %d in the last 24 hours"
CLEAN_UP_IS_LATE: Final = "the last clean-up is too long ago"
NEVER_CLEANED_UP: Final = "nothing has been cleaned up yet"


def word(code: str, args: Args) -> str:
    """Return the sentence for a code with its arguments: "" for "", an unknown code unchanged."""
    if code in COMPOSED:
        return COMPOSED[code](args)
    words = str(WORDS[code] % args) if code in WORDS else code
    words = f"{WANTED[args['wanted']]}: {words}" if "wanted" in args else words
    return f"{words}, {_times(args)}" if "times" in args else words


def error_message(row: AsanaAccount | Revocation) -> str:
    """Say why an account needs reconnecting, or why a revocation is waiting."""
    return word(row.last_error, row.last_error_args)


def detail_message(entry: AuditEntry) -> str:
    return word(entry.detail, entry.detail_args)


def own_detail_message(entry: AuditEntry) -> str:
    """Return the detail of an entry for its user, who need not know OAuth's names of errors."""
    if entry.event != AuditEntry.Event.REFRESH_REFUSED:
        return detail_message(entry)
    ended = entry.detail_args.get("error") == "invalid_grant"
    return "Asana has ended it" if ended else "Asana refused; Onelist tries again"


def deleted_message(counts: Mapping[str, int]) -> str:
    """Return counts of deleted rows as a sentence, in the order of KINDS.

    PostgreSQL doesn't keep the order of the keys of a JSON object.
    """
    others = {kind: outdated.words for kind, outdated in registry.outdated.items()}
    return _counted(counts, {**KINDS, **others}) or "nothing"


def rotated_message(counts: Mapping[str, int]) -> str:
    return _counted(counts, ROTATED)


def _counted(counts: Mapping[str, int], words: Mapping[str, Any]) -> str:
    return ", ".join(words[each] % counts[each] for each in words if counts.get(each))


def waiting_time(seconds: int) -> str:
    """Return a time in words, rounded up: after that time a new attempt is allowed."""
    if seconds < 120:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    minutes = -(-seconds // 60)
    if minutes < 120:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = -(-minutes // 60)
    return ngettext("%d hour", "%d hours", hours) % hours


def _times(args: Args) -> str:
    first = timezone.localtime(datetime.fromisoformat(args["first"]))
    return f"{intcomma(args['times'])} times since {formats.date_format(first, 'DATETIME_FORMAT')}"


def _browser(args: Args) -> str:
    return user_agents.worded(args["browser"], args["system"])


def _other_sessions(args: Args) -> str:
    return ngettext("The only other one", "All the others", args.get("count", 2))


def _refused(args: Args) -> str:
    return "an error of its own" if args["error"] == OWN_ERROR else str(args["error"])


def _label(name: str) -> str:
    fields = [*User._meta.concrete_fields, *User._meta.many_to_many]
    labels = {field.name: capfirst(field.verbose_name) for field in fields}
    return str(labels.get(name, name))


def _fields(args: Args) -> str:
    """Return the labels of changed fields, and which rights were given and taken."""
    rights = {what: [_right(*each) for each in args.get(what, ())] for what in ("given", "taken")}
    told = [f"{what}: {', '.join(names)}" for what, names in rights.items() if names]
    return "; ".join(filter(None, [", ".join(map(_label, args.get("fields", ()))), *told]))


def _right(kind: str, name: str) -> str:
    return _label(name) if kind == "flag" else f"{kind} {name}"


def _group(what: str) -> Callable[[Args], str]:
    """Return a function that words what happened to a group, and which permissions it has now."""

    def worded(args: Args) -> str:
        return "; ".join(filter(None, [f"{args['group']} {what}", _fields(args)]))

    return worded


COMPOSED: Final[dict[str, Callable[[Args], str]]] = {
    Detail.BROWSER: _browser,
    Detail.OTHER_SESSIONS: _other_sessions,
    Detail.REFRESH_REFUSED: _refused,
    Detail.FIELDS_CHANGED: _fields,
    Detail.GROUP_ADDED: _group("added"),
    Detail.GROUP_CHANGED: _group("changed"),
    Detail.GROUP_DELETED: _group("deleted"),
    Detail.DELETED: lambda args: deleted_message(args["counts"]),
    Detail.ROTATED: lambda args: rotated_message(args["counts"]),
}
