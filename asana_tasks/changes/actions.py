"""Actions on tasks, parsed from a form or from a session."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict

from asana_tasks.changes.due_dates import InvalidDate, format_due, parse_day_and_time, parse_due
from asana_tasks.changes.typed_dates import parse_typed
from asana_tasks.dates import Calendar

MOST: Final = 100


class ActionKind(StrEnum):
    COMPLETE = "complete"
    REOPEN = "reopen"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"
    DUE = "due"


TICKS: Final = (ActionKind.COMPLETE, ActionKind.REOPEN)
TYPED, CHOSEN = "typed", "date"  # values of `due` that send us to the fields of a date menu
DATE_FIELDS: Final = ("typed", "date", "time")
ENTER: Final = "enter"  # the `do` of Enter in a form with several buttons


@dataclass(frozen=True)
class Action:
    task: int  # its pk
    kind: ActionKind
    due: str = ""  # for ActionKind.DUE: what `parse_due` reads

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the action that `asdict` wrote into a session. Raises KeyError, ValueError."""
        return cls(kept["task"], ActionKind(kept["kind"]), kept["due"])


class InvalidAction(ValueError):
    """An action that cannot be done; the message tells the user why."""


def parse_actions(form: QueryDict, calendar: Calendar) -> list[Action]:
    """Return the actions of a form, one for each task.

    The tick of a row sends the task by the name of what it does, such as `complete=12`. Otherwise
    there is one `do` and `due` for all tasks, or one of each for every task (as Undo sends them).
    A `due` without `do` changes the date; `due=date` means the fields `date` and `time`,
    `due=typed` the field `typed`, whose date is that of the moment in which it was sent. Enter
    means the fields of the date if one is filled in, and nothing otherwise.
    Raises InvalidAction for a user's mistake, BadRequest and Http404 for input that none of our
    forms sends.
    """
    ticked = [(task, str(kind)) for kind in TICKS for task in form.getlist(kind)]
    if len(ticked) > 1:
        raise BadRequest("A row has one tick")
    if ticked:
        return [_parse_action(*ticked[0])]
    tasks = form.getlist("task")
    dos, dues = form.getlist("do"), form.getlist("due")
    if dos == [ENTER]:
        if not any(form.get(name, "").strip() for name in DATE_FIELDS):
            raise InvalidAction("Choose what to do, by one of the buttons.")
        dos, dues = [], [TYPED]
    if not tasks:
        raise InvalidAction("Select at least one task first.")
    if len(tasks) > MOST:
        raise InvalidAction(f"Change at most {MOST} tasks at once. Nothing has been changed.")
    dues = [_written_due(due, form, calendar) for due in dues]
    dos = _for_each(dos or (["due"] if dues else []), len(tasks))
    actions = map(_parse_action, tasks, dos, _for_each(dues or [""], len(tasks)))
    return list({action.task: action for action in actions}.values())


def _written_due(due: str, form: QueryDict, calendar: Calendar) -> str:
    """Return the value that the fields of a date menu mean; `due` itself if it means no fields.

    Enter in any of them presses the button of the first one, which is empty if another is meant.
    """
    if due not in {TYPED, CHOSEN}:
        return due
    typed = form.get("typed", "") if due == TYPED else ""
    try:
        if typed.strip():
            return format_due(parse_typed(typed, calendar))
        return format_due(parse_day_and_time(form.get("date", ""), form.get("time", ""), calendar))
    except InvalidDate as error:
        raise InvalidAction(str(error)) from error


def _for_each(values: list[str], count: int) -> list[str]:
    if len(values) not in {1, count}:
        raise BadRequest("Not one value for all tasks, nor one for each")
    return values * count if len(values) == 1 else values


def _parse_action(task: str, do: str, due: str = "") -> Action:
    if not (task.isascii() and task.isdecimal() and len(task) <= 18):
        raise Http404
    if do not in set(ActionKind):
        raise BadRequest("Not a thing we can do to a task")
    if do == ActionKind.DUE:
        try:
            parse_due(due)
        except InvalidDate as error:
            raise InvalidAction(str(error)) from error
    return Action(int(task), ActionKind(do), due if do == ActionKind.DUE else "")
