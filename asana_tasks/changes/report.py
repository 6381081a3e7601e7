"""Reports of done and failed actions, kept in the session until a page shows them."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Final, Self

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import transaction
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from qsessions.models import Session

from asana_tasks.changes.actions import Action

KEY: Final = "report"
TITLE_LENGTH: Final = 80
LISTED: Final = 3  # done tasks that are named one by one
READABLE: Final = 5.0  # seconds during which reports of several actions are merged into one


@dataclass(frozen=True)
class Done:
    task: int  # its pk
    title: str
    words: str  # such as “Completed”
    detail: str = ""  # such as the new date


@dataclass(frozen=True)
class Failed:
    task: int
    title: str
    why: str


@dataclass
class Report:
    done: list[Done] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    undo: list[Action] = field(default_factory=list)
    message: str = ""

    @property
    def is_long(self) -> bool:
        """Tell whether the done tasks are folded under a summary."""
        return len(self.done) > LISTED

    @property
    def summary(self) -> str:
        """Count what was done, such as `Completed: 3 tasks, New date: 1 task`."""
        counts = Counter(done.words for done in self.done)
        return ", ".join(
            f"{words}: {count} task{pluralize(count)}" for words, count in counts.items()
        )

    def followed_by(self, later: Self) -> Self:
        """Return both reports as one; of a task that is in both, only the later entry."""
        again = {each.task for each in later.done} | {each.task for each in later.failed}
        return type(self)(
            [each for each in self.done if each.task not in again] + later.done,
            [each for each in self.failed if each.task not in again] + later.failed,
            [action for action in self.undo if action.task not in again] + later.undo,
            later.message,
        )


def keep_report(request: HttpRequest, report: Report) -> None:
    """Keep a report for the next page, merged with one not yet shown or younger than READABLE."""
    with _session_as_it_is(request) as session:
        waiting = _read(session)
        if waiting and waiting.is_news():
            report = waiting.report.followed_by(report)
        session[KEY] = {"report": asdict(report), "at": time.time(), "shown": False}


def take_report(request: HttpRequest) -> Report | None:
    """Return the report to show, or None.

    Returns it once, and again within READABLE seconds of being kept: several actions in a row
    each render the list, and the last one must show the report too.
    """
    if KEY not in request.session:
        return None
    with _session_as_it_is(request) as session:
        waiting = _read(session)
        if waiting is None or not waiting.is_news():
            session.pop(KEY, None)
            return None
        session[KEY] = {**session[KEY], "shown": True}
        return waiting.report


@contextmanager
def _session_as_it_is(request: HttpRequest) -> Iterator[SessionBase]:
    """Yield the session as the database has it now, locked; save it at the end.

    This request's copy may be old: someone who completes five tasks in a row has five requests
    under way, and each would overwrite the reports of the others. A new or modified session is
    yielded as it is, and saved by its middleware.
    """
    if request.session.modified or request.session.session_key is None:
        yield request.session
        return
    with transaction.atomic():
        key = request.session.session_key
        Session.objects.select_for_update().filter(session_key=key).first()  # locks the row
        session = type(request.session)(key)
        yield session
        with suppress(UpdateError):  # signed out meanwhile: the session is gone
            session.save()
    _know_of_it(request.session, session)


def _know_of_it(ours: SessionBase, written: SessionBase) -> None:
    """Copy the written report into this request's session, in case that is saved later.

    A message that is shown, for instance, modifies it.
    """
    was_modified = ours.modified
    if KEY in written:
        ours[KEY] = written[KEY]
    else:
        ours.pop(KEY, None)
    ours.modified = was_modified


@dataclass
class _Waiting:
    report: Report
    at: float
    shown: bool

    def is_news(self) -> bool:
        return not self.shown or time.time() - self.at < READABLE


def _read(session: SessionBase) -> _Waiting | None:
    """Return the kept report; None if there is none, or if another version of the site wrote it."""
    try:
        kept = session[KEY]
        told = kept["report"]
        report = Report(
            [Done(**done) for done in told["done"]],
            [Failed(**failed) for failed in told["failed"]],
            [Action.from_json(action) for action in told["undo"]],
            told["message"],
        )
        return _Waiting(report, float(kept["at"]), bool(kept["shown"]))
    except (KeyError, TypeError, ValueError):
        return None
