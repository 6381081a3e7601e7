"""The page of one task: our row, and details read from Asana on each visit and not stored."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts import bulkhead, tokens
from accounts.outage import can_be_left_out
from accounts.typing import SignedInRequest
from asana_tasks.api import client
from asana_tasks.api.detail_schemas import DetailsSchema, SubtaskSchema
from asana_tasks.api.errors import AsanaError, NotFound
from asana_tasks.changes.date_choices import date_choices
from asana_tasks.changes.report import pop_report
from asana_tasks.dates import Calendar
from asana_tasks.models import Task
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.messages import reason_message
from asana_tasks.views.rich_text import clean_html, shorten_html

MAX_PAGES: Final = 5  # of subtasks


@login_required
@require_safe
def task_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one task with its details from Asana; for htmx only the inner part."""
    mine = Task.objects.of(request.user)
    task = get_object_or_404(mine.select_related("account", "workspace"), pk=pk)
    if task.change:
        with can_be_left_out():
            mine.filter(pk=pk).mark_seen(timezone.now())
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    choices = date_choices(Calendar.of(request.user), task)
    context = {"task": task, "details": details_of(task), "date_choices": choices}
    if is_part:
        return render(request, "asana_tasks/_task_detail.html", context)
    context["report"] = pop_report(request)
    return render(request, "asana_tasks/task_detail.html", context)


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
    """Details of a task; `why_missing` is a sentence that says why the rest is missing."""

    fields: DetailsSchema | None = None
    subtasks: list[Subtask] = field(default_factory=list)
    why_missing: str = ""

    @cached_property
    def notes(self) -> SafeString:
        return clean_html(self._shortened) if self.fields else SafeString()

    @property
    def has_more_notes(self) -> bool:
        return self.fields is not None and len(self._shortened) < len(self.fields.html_notes)

    @cached_property
    def _shortened(self) -> str:
        return shorten_html(self.fields.html_notes) if self.fields else ""

    @property
    def has_pictures(self) -> bool:
        return self.fields is not None and "<img" in self.fields.html_notes

    @property
    def further_subtasks(self) -> int:
        """Count the subtasks in Asana that are not shown here."""
        return max(self.fields.num_subtasks - len(self.subtasks), 0) if self.fields else 0


def details_of(task: Task) -> Details:
    """Read the details and subtasks from Asana, within PAGE_SECONDS.

    Errors are not raised: they are in `why_missing`, or leave the subtasks empty.
    """
    try:
        with bulkhead.slot(client.PAGE_SECONDS):
            return _details_of(task)
    except bulkhead.MayNotWait as error:
        return Details(why_missing=str(error))


def _details_of(task: Task) -> Details:
    try:
        access = AccountToken(task.account)
        fields = access.call(client.get_task_details, task.gid)
    except (AsanaError, tokens.TokenError) as error:
        return Details(why_missing=_why_missing(error))
    try:
        found = access.call(_all_subtasks, task.gid) if fields.num_subtasks else []
    except (AsanaError, tokens.TokenError):
        found = []  # `further_subtasks` counts them
    return Details(fields, _with_rows(task, found))


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


def _why_missing(error: AsanaError | tokens.TokenError) -> str:
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
