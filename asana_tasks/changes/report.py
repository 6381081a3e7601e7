"""Reports of done and failed actions, kept in the session until a page shows them."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Final

from django.http import HttpRequest
from django.template.defaultfilters import pluralize

from asana_tasks.changes.actions import Action

KEY: Final = "report"
TITLE_LENGTH: Final = 80
LISTED: Final = 3  # done tasks that are named one by one


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


def keep_report(request: HttpRequest, report: Report) -> None:
    """Keep a report for the next page."""
    request.session[KEY] = asdict(report)


def pop_report(request: HttpRequest) -> Report | None:
    """Return the kept report, once; None if there is none, or another version of the site wrote it.

    A page that only looks does not write the session.
    """
    if KEY not in request.session:
        return None
    kept = request.session.pop(KEY)
    try:
        return Report(
            [Done(**done) for done in kept["done"]],
            [Failed(**failed) for failed in kept["failed"]],
            [Action.from_json(action) for action in kept["undo"]],
            kept["message"],
        )
    except (KeyError, TypeError, ValueError):
        return None
