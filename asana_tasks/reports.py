"""What became of the changes somebody asked for: kept in the session until a page has shown it."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest

from asana_tasks.wishes import Do, Wish

KEY: Final = "report"
TITLE_LENGTH: Final = 80


@dataclass(frozen=True)
class Done:
    title: str
    words: str  # such as “Completed”
    detail: str = ""  # such as the new date


@dataclass(frozen=True)
class Failed:
    title: str
    why: str


@dataclass
class Report:
    done: list[Done] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    undo: list[Wish] = field(default_factory=list)
    message: str = ""

    @property
    def summary(self) -> str:
        """Of several: “Completed 3, New date 2”."""
        counts = Counter(done.words for done in self.done)
        return ", ".join(f"{words}: {count} tasks" for words, count in counts.items())

    def followed_by(self, later: Self) -> Self:
        """Both in one; what a task was before the later change is what its Undo returns to."""
        undo = {wish.task: wish for wish in (*self.undo, *later.undo)}
        return type(self)(
            self.done + later.done,
            self.failed + later.failed,
            list(undo.values()),
            later.message or self.message,
        )


def leave(request: HttpRequest, report: Report) -> None:
    """For the next page to show, together with what is still waiting to be shown."""
    session = _session_as_it_is(request)
    waiting = _read(session.get(KEY))
    _write(session, asdict(waiting.followed_by(report) if waiting else report))


def take(request: HttpRequest) -> Report | None:
    """Once."""
    if KEY not in request.session:
        return None
    session = _session_as_it_is(request)
    report = _read(session.get(KEY))
    _write(session, None)
    return report


def _session_as_it_is(request: HttpRequest) -> SessionBase:
    """Not as it was when this request began: somebody who ticks off five tasks in a row has five
    requests under way, and each would write its own old copy over the reports of the others."""
    if request.session.modified or request.session.session_key is None:
        return request.session
    return type(request.session)(request.session.session_key)


def _write(session: SessionBase, report: dict[str, Any] | None) -> None:
    session[KEY] = report
    if report is None:
        del session[KEY]
    try:
        session.save()
    except UpdateError:  # signed out meanwhile: there is nobody to tell
        return


def _read(kept: Any) -> Report | None:
    """None as well for what another version of the site has left."""
    try:
        return Report(
            [Done(**done) for done in kept["done"]],
            [Failed(**failed) for failed in kept["failed"]],
            [Wish(wish["task"], Do(wish["do"]), wish["due"]) for wish in kept["undo"]],
            kept["message"],
        )
    except (KeyError, TypeError, ValueError):
        return None
