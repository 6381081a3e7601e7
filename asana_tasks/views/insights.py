"""The page of insights; its number of queries does not depend on the number of tasks."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.typing import SignedInRequest
from asana_tasks.dates import Calendar
from asana_tasks.models import Task
from asana_tasks.sync.status import sync_status_of
from asana_tasks.views.insight_bars import (
    ages_of,
    by_account,
    by_workspace,
    oldest_of,
    overdue_by_project,
)
from asana_tasks.views.insight_chart import completed_chart, growth_chart
from asana_tasks.views.insight_weeks import count_weeks
from asana_tasks.views.sync_status import note_looks


@login_required
@require_safe
def insights(request: SignedInRequest) -> HttpResponse:
    """Show what the person's tasks come to: the same tasks as in the list without filters."""
    user = request.user
    sync_status, calendar = sync_status_of(user), Calendar.of(user)
    context = {"sync_status": sync_status, "shown_at": calendar.now}
    note_looks(sync_status.accounts)
    if sync_status.workspaces and not sync_status.never_synced:
        tasks = Task.objects.of(user)
        weeks = count_weeks(tasks, calendar, sync_status)
        context |= {
            "weeks": weeks,
            "completed_chart": completed_chart(weeks),
            "growth_chart": growth_chart(weeks),
            "ages": ages_of(tasks, calendar),
            "oldest": oldest_of(tasks, calendar, sync_status),
            "by_workspace": by_workspace(sync_status),
            "by_account": by_account(sync_status),
            "overdue": overdue_by_project(tasks, calendar, sync_status),
        }
    return render(request, "asana_tasks/insights.html", context)
