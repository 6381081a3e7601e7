from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.typing import SignedInRequest
from asana_tasks.models import Workspace
from asana_tasks.sync.status import sync_status_of


@login_required
@require_safe
def workspace(request: SignedInRequest, pk: int) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects.of(request.user), pk=pk)
    return redirect(f"{reverse('asana_tasks:task_list')}?workspace={workspace.pk}")


@login_required
@require_safe
def workspace_list(request: SignedInRequest) -> HttpResponse:
    context = {"sync_status": sync_status_of(request.user), "shown_at": timezone.now()}
    return render(request, "asana_tasks/workspace_list.html", context)
