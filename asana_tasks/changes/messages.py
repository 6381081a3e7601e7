"""Messages about actions: what was done, why it failed, and the action that undoes it."""

from typing import Final

from django.utils import timezone
from django.utils.formats import date_format

from accounts import tokens
from asana_tasks.api.errors import (
    AsanaError,
    Forbidden,
    NotAuthorized,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from asana_tasks.api.schemas import TaskSchema
from asana_tasks.changes.actions import Action, ActionKind
from asana_tasks.changes.due_dates import WholeDay, format_due
from asana_tasks.models import Task
from asana_tasks.sync.messages import reason_message

DONE: Final = {
    ActionKind.COMPLETE: "Completed",
    ActionKind.REOPEN: "Open again",
    ActionKind.APPROVE: "Approved",
    ActionKind.REQUEST_CHANGES: "Changes requested",
    ActionKind.REJECT: "Rejected",
    ActionKind.DUE: "New date",
}
BACK_TO: Final = {
    "approved": ActionKind.APPROVE,
    "changes_requested": ActionKind.REQUEST_CHANGES,
    "rejected": ActionKind.REJECT,
}


NOT_STORED: Final = "in Asana; here with the next sync"
UNTOUCHED: Final = "{}. Nothing has been changed."
# Subclasses stand before their base; `{}` is replaced by the message of the reason.
FAILURES: Final[dict[type[Exception], str]] = {
    NotFound: "Asana no longer has this task, or no longer shows it to you.",
    Forbidden: (
        "Asana doesn't let you change this task. If you can change it in Asana itself, "
        "connect this account again."
    ),
    NotAuthorized: "Asana doesn't let Onelist in for this task.",
    RateLimited: UNTOUCHED,
    Rejected: UNTOUCHED,
    Unavailable: "Asana didn't answer. It may or may not have been changed there.",
    tokens.NeedsReconnecting: "This account needs reconnecting. Nothing has been changed.",
    tokens.TokenError: UNTOUCHED,
}


class ActionFailed(Exception):
    """An action that changed nothing; the message tells the user why."""


def failure_message(error: AsanaError | tokens.TokenError | ActionFailed) -> str:
    """Return why an action failed, and whether Asana may have changed the task."""
    sentence = next((each for kind, each in FAILURES.items() if isinstance(error, kind)), "{}")
    reason = reason_message(error.reason) if isinstance(error, AsanaError) else str(error)
    return sentence.format(reason)


def done_message(do: ActionKind, schema: TaskSchema) -> tuple[str, str]:
    """Return what was done, and for a new due date that date ('' for other actions)."""
    if do is not ActionKind.DUE:
        return DONE[do], ""
    if schema.due_at:
        return DONE[do], date_format(timezone.localtime(schema.due_at), "D j M Y, H:i")
    return DONE[do], date_format(schema.due_on, "D j M Y") if schema.due_on else "none"


def undo_action(before: Task, action: Action, after: TaskSchema) -> Action | None:
    """Return the action that restores the task; None if it has not changed."""
    if action.kind is ActionKind.DUE:
        if (before.due_on, before.due_at) == (after.due_on, after.due_at):
            return None
        day = WholeDay(before.due_on) if before.due_on else None
        return Action(before.pk, ActionKind.DUE, format_due(before.due_at or day))
    if (before.completed, before.approval_status) == (after.completed, after.approval_status):
        return None
    was = BACK_TO.get(before.approval_status)
    return Action(
        before.pk, was or (ActionKind.COMPLETE if before.completed else ActionKind.REOPEN)
    )
