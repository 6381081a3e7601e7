from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from accounts.decorators import signed_in_form, signed_in_post
from accounts.typing import SignedInRequest
from asana_tasks.models import SavedView, Task, Workspace
from asana_tasks.sync.status import sync_status_of
from asana_tasks.time_zones import move_to_zone
from asana_tasks.views.forms import SavedViewForm, TimeZoneForm
from asana_tasks.views.list_context import task_list_context
from asana_tasks.views.redirects import way_back


@login_required
@require_safe
def task_list(request: SignedInRequest) -> HttpResponse:
    """The whole page, or for htmx the list alone; the search form's state goes into the address."""
    context = task_list_context(request)
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "asana_tasks/task_list.html", context)
    response = render(request, "asana_tasks/_list.html", context)
    if request.htmx.trigger == "search":
        query = context["search"].query()
        push_url(response, request.path + (f"?{query}" if query else ""))
    return response


@login_required
@require_safe
def workspace(request: SignedInRequest, pk: int) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects.of(request.user), pk=pk)
    return redirect(f"{reverse('asana_tasks:task_list')}?workspace={workspace.pk}")


@login_required
@require_safe
def workspace_list(request: SignedInRequest) -> HttpResponse:
    return render(
        request, "asana_tasks/workspace_list.html", {"sources": sync_status_of(request.user)}
    )


@signed_in_post
def mark_seen(request: SignedInRequest) -> HttpResponse:
    """What had changed when the page was made; what changed since is told the next time."""
    Task.objects.of(request.user).mark_seen(_instant(request.POST.get("shown_at", "")))
    return redirect(way_back(request))


@signed_in_post
def save_view(request: SignedInRequest) -> HttpResponse:
    """A view of the same name is replaced."""
    if request.user.saved_views.count() >= SavedView.MOST:
        messages.error(request, f"There are {SavedView.MOST} views already: remove one first.")
        return redirect(way_back(request))
    form = SavedViewForm(request.POST)
    if form.is_valid():
        SavedView.objects.update_or_create(
            user=request.user,
            name=form.cleaned_data["name"],
            defaults={"query": form.cleaned_data["query"]},
        )
    else:
        messages.error(request, "A view needs a name of at most 40 letters.")
    return redirect(way_back(request))


@signed_in_post
def remove_view(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.saved_views, pk=pk).delete()
    return redirect("asana_tasks:task_list")


@signed_in_form
def time_zone(request: SignedInRequest) -> HttpResponse:
    form = TimeZoneForm(request.POST or None, initial={"time_zone": request.user.time_zone})
    if form.is_valid():
        move_to_zone(request.user, form.cleaned_data["time_zone"])
        return redirect(way_back(request))
    return render(request, "asana_tasks/time_zone.html", {"form": form})


def _instant(text: str) -> datetime:
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    return instant if instant and instant.tzinfo else timezone.now()
