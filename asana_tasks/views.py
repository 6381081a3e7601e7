import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AsanaAccount
from accounts.typing import SignedInRequest
from asana_tasks import sync
from asana_tasks.models import Task, Workspace
from asana_tasks.querysets import TaskQuerySet
from asana_tasks.sources import sources_of

PAGE_SIZE = 100
PROGRESS = "application/x-ndjson"


@login_required
@require_safe
def task_list(request: SignedInRequest) -> HttpResponse:
    return _list(request, Task.objects.of(request.user))


@login_required
@require_safe
def workspace(request: SignedInRequest, pk: int) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects.of(request.user), pk=pk)
    return _list(request, Task.objects.of(request.user).filter(workspace=workspace), workspace)


def _list(
    request: SignedInRequest, tasks: TaskQuerySet, workspace: Workspace | None = None
) -> HttpResponse:
    page = Paginator(
        tasks.open().by_due_date().select_related("workspace", "account"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    template = "_tasks.html" if request.htmx else "task_list.html"
    context = {"page": page, "workspace": workspace, "sources": sources_of(request.user)}
    return render(request, f"asana_tasks/{template}", context)


@login_required
@require_safe
def workspace_list(request: SignedInRequest) -> HttpResponse:
    return render(request, "asana_tasks/workspace_list.html", {"sources": sources_of(request.user)})


@login_required
@require_POST
def refresh(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """Fetch from Asana; told line by line to a script, or at the end to a plain form."""
    accounts = list(request.user.asana_accounts.connected())
    if request.accepts(PROGRESS) and not request.accepts("text/html"):
        answer = StreamingHttpResponse(_lines(accounts), content_type=PROGRESS)
        answer["Cache-Control"] = "no-store"
        answer["X-Accel-Buffering"] = "no"
        return answer
    for account in accounts:
        last = sync.run(account)
        if last.state in {"failed", "busy"}:
            messages.warning(request, f"{last.account}: {last.message}")
    return redirect(_back(request))


def _lines(accounts: Iterable[AsanaAccount]) -> Iterator[str]:
    for account in accounts:
        for progress in sync.refresh(account):
            yield json.dumps(asdict(progress)) + "\n"


def _back(request: HttpRequest) -> str:
    """Where the button was pressed, if that is a page of ours."""
    here = request.POST.get("next", "")
    safe = here.startswith("/") and url_has_allowed_host_and_scheme(here, allowed_hosts=None)
    return here if safe else "asana_tasks:task_list"
