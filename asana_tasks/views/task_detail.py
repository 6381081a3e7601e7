from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.typing import SignedInRequest
from asana_tasks.changes.report import take_report
from asana_tasks.models import Task
from asana_tasks.views.details import details_of

PAGE_ITSELF = "task-detail"  # the element in which the whole page shows itself anew


@login_required
@require_safe
def task(request: SignedInRequest, pk: int) -> HttpResponse:
    """One task with all that Asana tells of it; for htmx its inner part alone."""
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
