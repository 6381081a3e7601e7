"""The rows of a list, made ready for their template: a page has a hundred of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple
from zlib import crc32

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from accounts.models import AsanaAccount
from asana_tasks.dates import Calendar, Due, due_words
from asana_tasks.models import Task
from asana_tasks.views.groups import Group

TEMPLATE: Final = "asana_tasks/rows.html"
IN_LABELS: Final = 120  # characters of a title that is said once more
IN_PLACES: Final = 60


class Place(NamedTuple):
    project: str
    section: str  # "" for none


class Listing:
    """Keeps what the rows of a page have in common."""

    def __init__(
        self,
        by: str,
        calendar: Calendar,
        main_account: AsanaAccount | None,
        *,
        has_boxes: bool = False,
    ) -> None:
        self.by = by  # how it is grouped
        self.calendar = calendar
        self.main_account = main_account  # which is not named in its rows
        self.has_boxes = has_boxes  # to select without scripts
        self.path = reverse("asana_tasks:task_list")


@dataclass(frozen=True)
class Row:
    """Works out what the template shows of a task."""

    task: Task
    listing: Listing

    @property
    def pk(self) -> int:
        return self.task.pk

    @cached_property
    def title(self) -> str:
        return self.task.title

    @cached_property
    def short_title(self) -> str:
        return shortened(self.title, IN_LABELS)

    @property
    def path(self) -> str:
        """Return what `reverse` would, which takes longer than all else of a row."""
        return f"{self.listing.path}{self.task.pk}/"

    @property
    def has_box(self) -> bool:
        return self.listing.has_boxes

    @property
    def is_completed(self) -> bool:
        return self.task.completed

    @property
    def is_undecided(self) -> bool:
        return self.task.is_undecided

    @cached_property
    def is_overdue(self) -> bool:
        return not self.task.completed and self.task.overdue_at < self.listing.calendar.now

    @property
    def says_overdue(self) -> bool:
        """Tell whether the row says in words that it is overdue: its group may say so already."""
        return self.is_overdue and self.listing.by != "due"

    @property
    def classes(self) -> str:
        states = {"overdue": self.is_overdue, "done": self.task.completed}
        return " ".join(["task", *(name for name, holds in states.items() if holds)])

    @property
    def asana(self) -> str:
        """Return the task's address at Asana."""
        return self.task.permalink_url

    @property
    def change(self) -> str:
        return str(self.task.get_change_display()) if self.task.change else ""

    @property
    def kind(self) -> str:
        return self.task.kind

    @property
    def is_subtask(self) -> bool:
        return bool(self.task.parent_gid)

    @property
    def parent(self) -> str:
        return shortened(self.task.parent_name, 80)

    @property
    def places(self) -> list[Place]:
        return [_place(each) for each in self.task.memberships]

    @property
    def workspace(self) -> str:
        return str(self.task.workspace)

    @property
    def colour(self) -> int:
        return self.task.workspace.colour

    @property
    def account(self) -> str:
        """Return the name of the account, "" where it tells nothing: for the main one."""
        main = self.listing.main_account
        is_main = main is None or self.task.account_id == main.pk
        return "" if is_main else self.task.account.display_name

    @property
    def account_class(self) -> str:
        return f" dot-{self.task.account.colour}" if self.task.account.colour else ""

    @property
    def due_iso(self) -> str:
        """Return the day or instant that `due` names, for HTML's `time`; "" if none."""
        if self.task.completed:
            done_at = self.task.completed_at
            return timezone.localtime(done_at).isoformat(timespec="minutes") if done_at else ""
        if self.task.due_at:
            return timezone.localtime(self.task.due_at).isoformat(timespec="minutes")
        return self.task.due_iso

    @property
    def due(self) -> str:
        """Return what the row says of its date, such as "Yesterday, 10:00" or "Done Fri 27 Nov"."""
        if self.task.completed:
            done_at = self.task.completed_at
            return (
                f"Done {date_format(timezone.localtime(done_at), 'D j M')}" if done_at else "Done"
            )
        day = self.task.due_day
        if day is None:
            return "No date"
        words = due_words(day, self.listing.calendar.today)
        if self.task.due_at:
            words += f", {timezone.localtime(self.task.due_at):%H:%M}"
        return words


@dataclass(frozen=True)
class RowGroup:
    group: Group
    by: str
    rows: list[Row]

    @property
    def id(self) -> str:
        """Return a part of an element's id, the same in each rendering."""
        key = self.group.key
        is_name = self.by in {"project", "field"}
        return f"{crc32(key.encode()):x}" if is_name else key or "all"

    @property
    def label(self) -> str:
        return self.group.label

    @property
    def count(self) -> str:
        return str(intcomma(self.group.count))

    @property
    def is_overdue(self) -> bool:
        return self.by == "due" and self.group.key == Due.OVERDUE


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else Truncator(text).chars(length)


def _place(membership: dict[str, Any]) -> Place:
    project = membership["project"]["name"] or "(no name)"
    section = (membership["section"] or {}).get("name") or ""
    return Place(shortened(project, IN_PLACES), shortened(section, IN_PLACES))


def render_groups(groups: Iterable[Group], listing: Listing) -> SafeString:
    """Return the HTML of all groups with their rows."""
    ready = [
        RowGroup(group, listing.by, [Row(task, listing) for task in group.tasks])
        for group in groups
    ]
    return SafeString(render_to_string(TEMPLATE, {"groups": ready}, using="jinja2"))
