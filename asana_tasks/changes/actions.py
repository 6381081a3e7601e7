"""What a person wants done to which task: as a form says it, and as a session keeps it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict

from asana_tasks.changes.due_dates import BadDate, parse_due

MOST: Final = 100


class Do(StrEnum):
    COMPLETE = "complete"
    REOPEN = "reopen"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"
    DUE = "due"


@dataclass(frozen=True)
class Wish:
    task: int  # its pk
    do: Do
    due: str = ""  # for Do.DUE


class Unsuitable(ValueError):
    """It can't be done like that; the message tells the person why."""


def wishes_of(form: QueryDict) -> list[Wish]:
    """One `do` and `due` for all tasks, or one of each for every task (an Undo needs that).

    A `due` alone means to change the date; `due=date` means the one in the field `date`.
    Raises Unsuitable for a person's slip, BadRequest and Http404 for what no form of ours sends.
    """
    tasks = form.getlist("task")
    if form.getlist("do") == ["nothing"]:  # Enter, where a form has several buttons
        raise Unsuitable("Choose what to do, by one of the buttons.")
    if not tasks:
        raise Unsuitable("Select at least one task first.")
    if len(tasks) > MOST:
        raise Unsuitable(f"Change at most {MOST} tasks at once. Nothing has been changed.")
    dues = [form.get("date", "") if due == "date" else due for due in form.getlist("due")]
    dos = _for_each(form.getlist("do") or (["due"] if dues else []), len(tasks))
    wishes = map(_wish, tasks, dos, _for_each(dues or [""], len(tasks)))
    return list({wish.task: wish for wish in wishes}.values())


def _for_each(values: list[str], count: int) -> list[str]:
    if len(values) not in {1, count}:
        raise BadRequest("Not one value for all tasks, nor one for each")
    return values * count if len(values) == 1 else values


def _wish(task: str, do: str, due: str) -> Wish:
    if not (task.isascii() and task.isdecimal() and len(task) <= 18):
        raise Http404
    if do not in set(Do):
        raise BadRequest("Not a thing we can do to a task")
    if do == Do.DUE:
        try:
            parse_due(due)
        except BadDate as error:
            raise Unsuitable(str(error)) from error
    return Wish(int(task), Do(do), due if do == Do.DUE else "")
