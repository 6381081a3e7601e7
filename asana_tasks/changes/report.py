"""What became of the changes somebody asked for: kept in the session until a page has shown it."""

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
READABLE: Final = 5.0  # seconds; who ticks off one task after another gets one report of them all


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
        """Whether its done tasks are folded away under a summary."""
        return len(self.done) > LISTED

    @property
    def summary(self) -> str:
        """Count what was done, such as `Completed: 3 tasks, New date: 1 task`."""
        counts = Counter(done.words for done in self.done)
        return ", ".join(
            f"{words}: {count} task{pluralize(count)}" for words, count in counts.items()
        )

    def followed_by(self, later: Self) -> Self:
        """Both in one; of a task that is in both, the later alone."""
        again = {each.task for each in later.done} | {each.task for each in later.failed}
        return type(self)(
            [each for each in self.done if each.task not in again] + later.done,
            [each for each in self.failed if each.task not in again] + later.failed,
            [action for action in self.undo if action.task not in again] + later.undo,
            later.message,
        )


def keep_report(request: HttpRequest, report: Report) -> None:
    """For the next page to show, together with what nobody has had the time to read."""
    with _session_as_it_is(request) as session:
        waiting = _read(session)
        if waiting and waiting.is_news():
            report = waiting.report.followed_by(report)
        session[KEY] = {"report": asdict(report), "at": time.time(), "shown": False}


def take_report(request: HttpRequest) -> Report | None:
    """Once; but what has been left only just now is shown again, should a list be drawn anew for
    each of several changes in a row."""
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
    """Not as it was when this request began: somebody who ticks off five tasks in a row has five
    requests under way, and each would write its own old copy over the reports of the others."""
    if request.session.modified or request.session.session_key is None:
        yield request.session
        return
    with transaction.atomic():
        key = request.session.session_key
        Session.objects.select_for_update().filter(session_key=key).first()  # one at a time
        session = type(request.session)(key)
        yield session
        with suppress(UpdateError):  # signed out meanwhile: there is nobody to tell
            session.save()
    _know_of_it(request.session, session)


def _know_of_it(ours: SessionBase, written: SessionBase) -> None:
    """Should this request save its own copy after all, say for a message that has been shown."""
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
    """None as well for what another version of the site has left."""
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
