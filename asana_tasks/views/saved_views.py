"""Saved views: their page, and what is done to them there and in the list."""

from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_post
from accounts.models import User
from accounts.printable import visible_name
from accounts.redirects import next_path
from accounts.typing import SignedInRequest
from asana_tasks.dates import Calendar
from asana_tasks.models import SavedView, Task
from asana_tasks.sync.status import sync_status_of
from asana_tasks.views.task_list import search_of

NO_NAME: Final = "A view needs a name of at most 40 letters."
TOO_LONG: Final = "That is more than a view can hold: choose fewer projects or other values."
STEPS: Final = {"up": -1, "down": 1}


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SavedView
        fields = ["name", "query"]

    def clean_name(self) -> str:
        name = visible_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("A name has to be seen")
        return name

    def clean_query(self) -> str:
        """Return the query encoded again, so that nothing but a query string is stored."""
        return QueryDict(self.cleaned_data["query"].lstrip("?")).urlencode()


@login_required
@require_safe
def view_list(request: SignedInRequest) -> HttpResponse:
    """Show the user's views, to rename, order and remove them."""
    return render(request, "asana_tasks/view_list.html", {"views": request.user.saved_views.all()})


@login_required
@require_safe
def view_counts(request: SignedInRequest) -> JsonResponse:
    """Return how many tasks each view shows, by its key.

    In a request of its own: each count is a query, and the list should not wait for them.
    """
    user = request.user
    sync_status, calendar = sync_status_of(user), Calendar.of(user)
    return JsonResponse(
        {
            view.pk: search_of(QueryDict(view.query), sync_status)
            .narrow(Task.objects.of(user), calendar)
            .count()
            for view in user.saved_views.all()
        }
    )


@login_required
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """Lead to the view that the user starts with, or to all tasks."""
    view = request.user.saved_views.filter(is_start=True).first()
    return redirect(_address_of(view) if view else reverse("asana_tasks:task_list"))


@signed_in_post
def save_view(request: SignedInRequest) -> HttpResponse:
    """Save a view; one of the same name is replaced, in its place."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, TOO_LONG if "query" in form.errors else NO_NAME)
        return redirect(next_path(request, "asana_tasks:task_list"))
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    views = request.user.saved_views
    if not views.filter(name=name).exists() and views.count() >= SavedView.MOST:
        messages.error(request, f"There are {SavedView.MOST} views already: remove one first.")
    else:
        SavedView.objects.update_or_create(
            user=request.user,
            name=name,
            defaults={"query": query},
            create_defaults={"query": query, "position": SavedView.next_position(request.user)},
        )
    return redirect(next_path(request, "asana_tasks:task_list"))


@signed_in_post
def rename_view(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(request.user.saved_views, pk=pk)
    form = SavedViewForm({"name": request.POST.get("name", ""), "query": view.query})
    if not form.is_valid():
        messages.error(request, NO_NAME)
        return redirect("asana_tasks:view_list")
    view.name = form.cleaned_data["name"]
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        messages.error(request, f"Another view is called “{view.name}” already.")
    return redirect("asana_tasks:view_list")


@signed_in_post
def move_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a view one place `up` or `down`; at the end it stays where it is."""
    get_object_or_404(request.user.saved_views, pk=pk)
    _move(request.user, pk, STEPS.get(request.POST.get("to", ""), 0))
    return redirect("asana_tasks:view_list")


@transaction.atomic
def _move(user: User, pk: int, step: int) -> None:
    views = list(user.saved_views.select_for_update())
    place = next((place for place, view in enumerate(views) if view.pk == pk), None)
    if place is None:  # removed at this moment
        return
    views.insert(max(0, place + step), views.pop(place))
    for position, view in enumerate(views):
        view.position = position
    SavedView.objects.bulk_update(views, ["position"])


@signed_in_post
def start_with_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a view the one that the user starts with; with `off`, all tasks again."""
    get_object_or_404(request.user.saved_views, pk=pk)
    with transaction.atomic():
        views = request.user.saved_views
        list(views.select_for_update())
        views.filter(is_start=True).update(is_start=False)
        views.filter(pk=pk).update(is_start="off" not in request.POST)
    return redirect("asana_tasks:view_list")


@signed_in_post
def remove_view(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.saved_views, pk=pk).delete()
    return redirect(next_path(request, "asana_tasks:task_list"))


def _address_of(view: SavedView) -> str:
    return f"{reverse('asana_tasks:task_list')}?{view.query}"
