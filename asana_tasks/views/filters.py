from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.typing import SignedInRequest
from asana_tasks.sync.status import sync_status_of
from asana_tasks.views.task_list import search_of


@login_required
@require_safe
def filters(request: SignedInRequest) -> HttpResponse:
    """Show what the list can be filtered by; for htmx the fields alone.

    They are fetched when somebody opens them: a list of all projects is long.
    """
    context = {"search": search_of(request.GET, sync_status_of(request.user), whole=True)}
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    template = "_filter_grid.html" if is_part else "filters.html"
    return render(request, f"asana_tasks/{template}", context)
