"""How a change is told to the person: what was done, why it wasn't, and how to take it back."""

from typing import Final

from django.utils import timezone
from django.utils.formats import date_format

from accounts import tokens
from asana_tasks.api import client
from asana_tasks.api.schemas import TaskAnswer
from asana_tasks.changes.actions import Do, Wish
from asana_tasks.models import Task

DONE: Final = {
    Do.COMPLETE: "Completed",
    Do.REOPEN: "Open again",
    Do.APPROVE: "Approved",
    Do.REQUEST_CHANGES: "Changes requested",
    Do.REJECT: "Rejected",
    Do.DUE: "New date",
}
BACK_TO: Final = {
    "approved": Do.APPROVE,
    "changes_requested": Do.REQUEST_CHANGES,
    "rejected": Do.REJECT,
}


UNTOUCHED: Final = "{}. Nothing has been changed."
WHY: Final[dict[type[Exception], str]] = {  # the narrower ones first
    client.Unknown: "Asana no longer has this task, or no longer shows it to you.",
    client.Forbidden: (
        "Asana doesn't let you change this task. If you can change it in Asana itself, "
        "connect this account again."
    ),
    client.NotAuthorized: "Asana doesn't let Onelist in for this task.",
    client.RateLimited: UNTOUCHED,
    client.Rejected: UNTOUCHED,
    client.Unavailable: "Asana didn't answer. It may or may not have been changed there.",
    tokens.NeedsReconnecting: "This account needs reconnecting. Nothing has been changed.",
    tokens.TokenError: UNTOUCHED,
}


class NotDone(Exception):
    """Nothing has been changed; the message tells the person why."""


def why(error: Exception) -> str:
    return next((words for kind, words in WHY.items() if isinstance(error, kind)), "{}").format(
        error
    )


def done_words(do: Do, answer: TaskAnswer) -> tuple[str, str]:
    """What was done, and the new date where that is what it was about."""
    if do is not Do.DUE:
        return DONE[do], ""
    if answer.due_at:
        return DONE[do], date_format(timezone.localtime(answer.due_at), "D j M Y, H:i")
    return DONE[do], date_format(answer.due_on, "D j M Y") if answer.due_on else "none"


def undo_of(before: Task, wish: Wish, after: TaskAnswer) -> Wish | None:
    """What leads back to how the task was; None where it was so already."""
    if wish.do is Do.DUE:
        if (before.due_on, before.due_at) == (after.due_on, after.due_at):
            return None
        due = before.due_at or before.due_on
        return Wish(before.pk, Do.DUE, due.isoformat() if due else "none")
    if (before.completed, before.approval_status) == (after.completed, after.approval_status):
        return None
    was = BACK_TO.get(before.approval_status)
    return Wish(before.pk, was or (Do.COMPLETE if before.completed else Do.REOPEN))
