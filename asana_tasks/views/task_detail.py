"""The page of one task: our row, and details read from Asana on each visit and not stored."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.typing import SignedInRequest
from asana_tasks.api import client
from asana_tasks.api.detail_schemas import DetailsSchema, SubtaskSchema
from asana_tasks.api.errors import AsanaError, NotFound
from asana_tasks.changes.report import take_report
from asana_tasks.models import Task
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.messages import reason_message
from asana_tasks.views.rich_text import clean_html

MAX_PAGES: Final = 5  # of subtasks
PAGE_ITSELF: Final = "task-detail"  # id of the element that htmx replaces for the page


@login_required
@require_safe
def task_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one task with its details from Asana; for htmx only the inner part."""
    mine = Task.objects.of(request.user)
    task = get_object_or_404(mine.select_related("account", "workspace"), pk=pk)
    if task.change:
        mine.filter(pk=pk).mark_seen(timezone.now())
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    shows_report = not is_part or request.htmx.target == PAGE_ITSELF
    context = {
        "task": task,
        "details": details_of(task),
        "report": take_report(request) if shows_report else None,
    }
    template = "_task_detail.html" if is_part else "task_detail.html"
    return render(request, f"asana_tasks/{template}", context)


@dataclass(frozen=True)
class Subtask:
    fields: SubtaskSchema
    pk: int | None  # of our row, if the user has one

    @property
    def title(self) -> str:
        return self.fields.name.strip() or "(no name)"

    @property
    def due(self) -> date | datetime | None:
        return self.fields.due_at or self.fields.due_on


@dataclass(frozen=True)
class Details:
    """Details of a task; `trouble` is a sentence that says why the rest is missing."""

    fields: DetailsSchema | None = None
    subtasks: list[Subtask] = field(default_factory=list)
    trouble: str = ""

    @property
    def notes(self) -> SafeString:
        return clean_html(self.fields.html_notes) if self.fields else SafeString()

    @property
    def has_pictures(self) -> bool:
        return self.fields is not None and "<img" in self.fields.html_notes

    @property
    def further_subtasks(self) -> int:
        """Count the subtasks in Asana that are not shown here."""
        return max(self.fields.num_subtasks - len(self.subtasks), 0) if self.fields else 0


def details_of(task: Task) -> Details:
    """Read the details and subtasks from Asana; each request has PAGE_SECONDS.

    Errors are not raised: they are in `trouble`, or leave the subtasks empty.
    """
    try:
        access = AccountToken(task.account)
        answer = access.call(client.get_task_details, task.gid)
    except (AsanaError, tokens.TokenError) as error:
        return Details(trouble=_trouble(error))
    try:
        found = access.call(_all_subtasks, task.gid) if answer.num_subtasks else []
    except (AsanaError, tokens.TokenError):
        found = []  # `further_subtasks` counts them
    return Details(answer, _with_rows(task, found))


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
    """Return the sentence that says why the details are missing."""
    match error:
        case NotFound():
            return "Asana no longer has this task, or no longer shows it to you."
        case tokens.NeedsReconnecting():
            return "This account needs reconnecting."
        case AsanaError():
            return f"{reason_message(error.reason)}."
        case _:
            return f"{error}."
