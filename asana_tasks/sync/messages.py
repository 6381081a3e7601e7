"""Messages of error codes, for people."""

from typing import Final

from accounts.messages import word
from asana_tasks.error_codes import ErrorCode, Reason

CANNOT_SEE: Final = "Asana doesn't let us see this"
MESSAGES: Final = {
    ErrorCode.NO_RESPONSE: "Asana isn't answering",
    ErrorCode.HTTP_ERROR: "Asana answers with an error ({status})",
    ErrorCode.NOT_JSON: "Asana's response is not JSON",
    ErrorCode.ERRORS_IN_RESPONSE: "Asana's response tells of errors",
    ErrorCode.INCOMPLETE_LIST: "Asana's response is not a whole list",
    ErrorCode.ANOTHER_TASK: "Asana's response holds another task or none",
    ErrorCode.BAD_OFFSET: "Asana's pages lead nowhere",
    ErrorCode.FOREIGN_PAGE: "Asana's pages lead to another host",
    ErrorCode.ENDLESS_PAGES: "Asana's pages never end",
    ErrorCode.UNREADABLE_TASKS: (
        "Some of the tasks that Asana sent can't be read; no task was removed"
    ),
    ErrorCode.REJECTED: "Asana answers with an error ({status}): {message}",
    ErrorCode.RATE_LIMITED: "Asana asks to wait {seconds} seconds",
    ErrorCode.NOT_AUTHORIZED: "Asana doesn't accept our token",
    ErrorCode.FORBIDDEN: CANNOT_SEE,
    ErrorCode.NOT_LISTED: (
        "Asana no longer lists this workspace: you left it, or its administrator blocks Onelist"
    ),
    ErrorCode.JUST_RECONNECTED: "It has just been connected anew",
    ErrorCode.ALREADY_SYNCING: "It is being synced already",
    ErrorCode.TAKEN_OVER: "Another sync has taken over",
    ErrorCode.DISCONNECTED: "It is no longer connected",
    ErrorCode.LEGACY: "{text}",
}


LATER: Final = "Try again in a while"
TELL: Final = "If it stays so, tell the administrator of this site"
REMEDIES: Final = {
    ErrorCode.NOT_AUTHORIZED: "Reconnect the account",
    ErrorCode.FORBIDDEN: "Ask the administrator of that workspace whether apps may be used there",
    ErrorCode.NOT_LISTED: "Ask the administrator of that workspace, if you are still in it",
    ErrorCode.UNREADABLE_TASKS: "Look in Asana for what is missing here",
    ErrorCode.DISCONNECTED: "Connect it again, if you want it here",
    **dict.fromkeys(
        (
            *(ErrorCode.NOT_JSON, ErrorCode.ERRORS_IN_RESPONSE, ErrorCode.INCOMPLETE_LIST),
            *(ErrorCode.ANOTHER_TASK, ErrorCode.BAD_OFFSET, ErrorCode.FOREIGN_PAGE),
            *(ErrorCode.ENDLESS_PAGES, ErrorCode.REJECTED),
        ),
        TELL,
    ),
}


def remedy_message(reason: Reason | None) -> str:
    """Return what a person can do about a reason, without a full stop; '' for None."""
    return REMEDIES.get(reason.code, LATER) if reason else ""


def reason_message(reason: Reason | None) -> str:
    """Return the message of a reason, without a full stop; '' for None."""
    if reason is None:
        return ""
    if reason.code == ErrorCode.NO_TOKEN:
        return word(reason.args["problem"], reason.args["problem_args"])
    return MESSAGES[reason.code].format_map(reason.args).removesuffix(": ")
