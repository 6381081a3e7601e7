"""The answer to a change of tasks in a page that stays: what it has changed there, and no more."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django_htmx.http import trigger_client_event

from accounts.typing import SignedInRequest
from asana_tasks.changes.actions import Action, ActionKind
from asana_tasks.changes.report import Report
from asana_tasks.dates import Calendar
from asana_tasks.models import Task
from asana_tasks.sync.status import SyncStatus, sync_status_of
from asana_tasks.views.groups import grouping
from asana_tasks.views.rows import Listing, Row, RowGroup
from asana_tasks.views.task_list import order_of, search_of, week_of, with_parents


def changed_rows(
    request: SignedInRequest, report: Report, actions: Sequence[Action]
) -> HttpResponse:
    """Return the report, and for a list the rows of the tasks and the counts, out of band.

    The event `tasks:changed` tells the script which tasks were meant, whether some may have another
    place now, so that the list is to be asked for, and the list's version with how many of its
    steps were made here.
    """
    sync_status = sync_status_of(request.user)
    query = _list_query(request)
    context = {"report": report, "sync_status": sync_status}
    if query is not None and actions:
        context |= _list_context(request, query, actions, sync_status)
    response = render(request, "asana_tasks/_changed_rows.html", context)
    told = {
        "tasks": [action.task for action in actions],
        "moved": bool(report.done) and _may_have_moved(query, actions),
        "version": sync_status.snapshot.version,
        "steps": len(report.done),
    }
    # target body: the form may be gone if the list was rendered again
    return trigger_client_event(response, "tasks:changed", {"target": "body", **told}, after="swap")


def _list_query(request: SignedInRequest) -> QueryDict | None:
    """Return the query of the list that the change was made in; None if it was another page."""
    address = urlsplit(request.htmx.current_url or "")
    is_list = address.path == reverse("asana_tasks:task_list")
    return QueryDict(address.query) if is_list else None


def _list_context(
    request: SignedInRequest, query: QueryDict, actions: Sequence[Action], sync_status: SyncStatus
) -> dict[str, object]:
    calendar = Calendar.of(request.user)
    search = search_of(query, sync_status)
    by, _ = order_of(search)
    listed = search.narrow(Task.objects.of(request.user), calendar)
    changed = {action.task for action in actions}
    still = with_parents(listed.filter(pk__in=changed), sync_status)
    listing = Listing(by, calendar, sync_status.main_account)
    rows = [Row(task, listing) for task in still]
    cut = grouping(listed, by, calendar)
    parts = {
        "rows": rows,
        "gone": sorted(changed - {row.pk for row in rows}),
        "groups": [RowGroup(group, by, []) for group in cut.counted],
    }
    html = render_to_string("asana_tasks/changed_rows.html", parts, using="jinja2")
    week = week_of(search, Task.objects.of(request.user), calendar)
    return {"search": search, "total": cut.total, "rows": SafeString(html), "week": week}


def _may_have_moved(query: QueryDict | None, actions: Sequence[Action]) -> bool:
    """Tell whether a task may have another place in the list than before, or a place again.

    Without a list it may be a calendar, which shows every change.
    """
    if query is None:
        return True
    shows_open = query.get("state") not in {"done", "all"}
    kinds = {action.kind for action in actions}
    return ActionKind.DUE in kinds or (ActionKind.REOPEN in kinds and shows_open)
