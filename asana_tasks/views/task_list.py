"""The page of the list; its number of queries does not depend on the number of tasks."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from accounts.typing import SignedInRequest
from asana_tasks.changes.date_choices import date_choices
from asana_tasks.changes.report import pop_report
from asana_tasks.dates import DUE_LABELS, Calendar
from asana_tasks.models import Task
from asana_tasks.querysets import TaskQuerySet
from asana_tasks.sync.status import SyncStatus, sync_status_of
from asana_tasks.views.custom_field_filters import FIELD, custom_fields_of
from asana_tasks.views.groups import Grouping, grouping
from asana_tasks.views.offers import offers_of
from asana_tasks.views.rows import Listing, render_groups
from asana_tasks.views.sync_status import note_looks
from asana_tasks.views.task_filter import DATES, TaskFilterForm
from asana_tasks.views.week_strip import Stack, week_strip

PAGE_SIZE: Final = 100
NOT_SHOWN: Final = (  # fields of a task that no row shows
    "search_text", "sort_name", "start_on", "created_at", "modified_at", "changed_at",
    "fingerprint", "seen_in", "written_in", "tags", "created_by_gid", "created_by_name",
    "assignee_section_gid", "assignee_section_name",
)  # fmt: skip


@login_required
@require_safe
def task_list(request: SignedInRequest) -> HttpResponse:
    """Show the page, or for htmx only the list; the search form's state goes into the address."""
    context = task_list_context(request)
    if not request.htmx or request.htmx.history_restore_request:
        context["report"] = pop_report(request)
        return render(request, "asana_tasks/task_list.html", context)
    response = render(request, "asana_tasks/_list.html", context)
    if request.htmx.trigger == "search":
        query = context["search"].query()
        push_url(response, request.path + (f"?{query}" if query else ""))
    return response


def task_list_context(request: SignedInRequest) -> dict[str, Any]:
    """Return the context of the list's templates."""
    user = request.user
    sync_status, calendar = sync_status_of(user), Calendar.of(user)
    note_looks(sync_status.accounts)
    search = search_of(request.GET, sync_status)
    tasks = search.narrow(Task.objects.of(user), calendar)
    by, sort = order_of(search)
    cut = grouping(tasks, by, calendar)
    ordered = tasks.sorted_by(sort, by, calendar)
    page = _page(ordered, cut, request.GET.get("page"))
    rows = search.with_fields(_whole_rows(page.object_list))
    page.object_list = list(rows.sorted_by(sort, by, calendar))
    is_selecting = "select" in request.GET
    listing = Listing(by, calendar, sync_status.main_account, has_boxes=is_selecting)
    groups = cut.cut(with_parents(page, sync_status), _label_of(by, search, sync_status))
    return {
        "search": search,
        "sync_status": sync_status,
        "page": page,
        "groups": groups,
        "rows": render_groups(groups, listing),
        "is_selecting": is_selecting,
        "saved_views": list(user.saved_views.all()),
        "total": cut.total,
        "week": week_of(search, Task.objects.of(user), calendar),
        "shown_at": calendar.now,
        "date_choices": date_choices(calendar),
    }


def week_of(search: TaskFilterForm, tasks: TaskQuerySet, calendar: Calendar) -> list[Stack]:
    def address_of(dates: dict[str, Any]) -> str:
        query = search.query(*DATES, "state", "done_on", **dates)
        return reverse("asana_tasks:task_list") + (f"?{query}" if query else "")

    return week_strip(search.narrow_but_dates(tasks), calendar, search.dates, address_of)


def search_of(query: QueryDict, sync_status: SyncStatus, *, whole: bool = False) -> TaskFilterForm:
    """Return the filter form; the `whole` one offers all that can be chosen."""
    offers = offers_of(query, sync_status, whole=whole)
    mine = [account.gid for account in sync_status.accounts]
    custom_fields = custom_fields_of(query, sync_status, whole=whole)
    return TaskFilterForm(query, offers, mine, custom_fields)


def order_of(search: TaskFilterForm) -> tuple[str, str]:
    """Return group and sort; "field" for a custom field.

    Completed tasks have no due groups and start with the newest.
    """
    by, sort = (
        "field" if str(search.value(name)).startswith(FIELD) else str(search.value(name))
        for name in ("group", "sort")
    )
    if search.value("state") == "done" and by == "due":
        return "none", "done" if sort == "due" else sort
    return by, sort


def _page(tasks: Any, cut: Grouping, number: str | None) -> Page[Task]:
    paginator = Paginator(tasks, PAGE_SIZE)
    paginator.count = cut.total  # known from the groups, which saves a query
    return paginator.get_page(number)


def _whole_rows(page: Any) -> TaskQuerySet:
    """Return the rows of a page by its keys: the OFFSET of a late page skips keys, not rows."""
    return Task.objects.filter(pk__in=page.values("pk")).defer(*NOT_SHOWN)


def with_parents(tasks: Iterable[Task], sync_status: SyncStatus) -> Iterable[Task]:
    """Set workspace and account of tasks from `sync_status`, without queries."""
    workspaces = {workspace.pk: workspace for workspace in sync_status.workspaces}
    for task in tasks:
        # a workspace stored after sync_status was read is missing there
        if workspace := workspaces.get(task.workspace_id):
            task.workspace, task.account = workspace, workspace.account
    return tasks


def _label_of(by: str, search: TaskFilterForm, sync_status: SyncStatus) -> Any:
    workspaces = sync_status.workspace_names
    accounts = {account.pk: account.display_name for account in sync_status.accounts}
    return {
        "due": lambda key: DUE_LABELS[key],
        "none": lambda _key: "",
        "project": lambda key: key or "No project",
        "workspace": lambda key: workspaces.get(key, "New workspace"),
        "account": lambda key: accounts.get(key, "New account"),
        "field": lambda key: key or f"No {search.value('group').removeprefix(FIELD)}",
    }[by]
