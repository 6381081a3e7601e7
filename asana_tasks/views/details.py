"""What a task's own page shows beside our row: asked of Asana when it is opened, never stored."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe

from accounts import tokens
from asana_tasks.api import client
from asana_tasks.api.detail_schemas import DetailsSchema, SubtaskSchema
from asana_tasks.api.errors import AsanaError, NotFound
from asana_tasks.models import Task
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.messages import error_message

MAX_PAGES: Final = 5
TAGS: Final = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}


@dataclass(frozen=True)
class Subtask:
    answer: SubtaskSchema
    pk: int | None  # of our own row, if it is in the person's list

    @property
    def title(self) -> str:
        return self.answer.name.strip() or "(no name)"

    @property
    def due(self) -> date | datetime | None:
        return self.answer.due_at or self.answer.due_on


@dataclass(frozen=True)
class Details:
    """`trouble` says in plain words why the rest is missing."""

    answer: DetailsSchema | None = None
    subtasks: list[Subtask] = field(default_factory=list)
    trouble: str = ""

    @property
    def notes(self) -> SafeString:
        return clean(self.answer.html_notes) if self.answer else SafeString()

    @property
    def has_pictures(self) -> bool:
        return self.answer is not None and "<img" in self.answer.html_notes

    @property
    def further_subtasks(self) -> int:
        """How many Asana has and doesn't show us, or that are too many to show."""
        return max(self.answer.num_subtasks - len(self.subtasks), 0) if self.answer else 0


def details_of(task: Task) -> Details:
    """With patience for a few seconds; what goes wrong is told, not raised."""
    try:
        access = AccountToken(task.account)
        answer = access.call(client.get_task_details, task.gid)
    except (AsanaError, tokens.TokenError) as error:
        return Details(trouble=_trouble(error))
    try:
        found = access.call(_all_subtasks, task.gid) if answer.num_subtasks else []
    except (AsanaError, tokens.TokenError):
        found = []  # the page says how many there are in Asana
    return Details(answer, _with_rows(task, found))


def clean(html: str) -> SafeString:
    """Asana's notes with a few tags, links that open outside, and nothing loaded from elsewhere.

    Their headings come below those of our page.
    """
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    for ours, theirs in (("h4", "h2"), ("h3", "h1")):
        cleaned = cleaned.replace(f"<{theirs}>", f"<{ours}>").replace(f"</{theirs}>", f"</{ours}>")
    return mark_safe(cleaned)  # noqa: S308  (this is where it was made safe)


def _all_subtasks(token: str, gid: str) -> list[SubtaskSchema]:
    found: list[SubtaskSchema] = []
    offset = None
    for _ in range(MAX_PAGES):
        page = client.get_subtasks(token, gid, offset)
        found += page.items
        offset = page.offset
        if offset is None:
            break
    return found


def _with_rows(task: Task, found: list[SubtaskSchema]) -> list[Subtask]:
    rows = Task.objects.filter(account=task.account_id, gid__in=[each.gid for each in found])
    pks = dict(rows.values_list("gid", "pk"))
    return [Subtask(each, pks.get(each.gid)) for each in found]


def _trouble(error: AsanaError | tokens.TokenError) -> str:
    """Say in a sentence why the details are missing."""
    match error:
        case NotFound():
            return "Asana no longer has this task, or no longer shows it to you."
        case tokens.NeedsReconnecting():
            return "This account needs reconnecting."
        case AsanaError():
            return f"{error_message(error.reason)}."
        case _:
            return f"{error}."
