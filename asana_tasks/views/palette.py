"""The palette: what some words find among views, tasks, projects, workspaces and pages."""

from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.typing import SignedInRequest
from asana_tasks.models import Task
from asana_tasks.sync.status import sync_status_of
from asana_tasks.text_search import normalize
from asana_tasks.views.offers import projects_in_use
from asana_tasks.views.task_filter import MAX_QUERY

MOST_TASKS: Final = 8
MOST_OTHERS: Final = 5  # of each kind
PAGES: Final = {
    "Tasks": "asana_tasks:task_list",
    "Calendar": "asana_tasks:calendar",
    "Insights": "asana_tasks:insights",
    "Views": "asana_tasks:view_list",
    "Workspaces": "asana_tasks:workspace_list",
    "Accounts": "accounts:account_list",
    "Connect an Asana account": "accounts:connect",
    "Preferences": "asana_tasks:preferences",
    "Time zone and first day of the week": "asana_tasks:time_zone",
    "Browsers signed in": "accounts:session_list",
    "History": "accounts:history",
    "My data": "accounts:my_data",
}


class Option(NamedTuple):
    """Something to go to; `task` is its key if it is a task."""

    label: str
    address: str
    about: str = ""
    task: int | None = None


@login_required
@require_safe
def palette(request: SignedInRequest) -> HttpResponse:
    """Return what the words `q` find, as options; without words the views and pages."""
    text = request.GET.get("q", "")[:MAX_QUERY]
    words = normalize(text).split()
    found = {
        "Views": _views(request, words),
        "Tasks": _tasks(request, text) if words else [],
        **(_places(request, words) if words else {}),
        "Pages": _named(PAGES, words),
    }
    context = {"groups": {name: options for name, options in found.items() if options}, "q": text}
    return render(request, "asana_tasks/_palette_options.html", context)


def _views(request: SignedInRequest, words: list[str]) -> list[Option]:
    path = reverse("asana_tasks:task_list")
    views = request.user.saved_views.all()
    found = [Option(view.name, f"{path}?{view.query}") for view in views if _has(view.name, words)]
    return found if not words else found[:MOST_OTHERS]


def _tasks(request: SignedInRequest, text: str) -> list[Option]:
    tasks = Task.objects.of(request.user).open().search(text).sorted_by("due")
    return [
        Option(
            task.title, reverse("asana_tasks:task", args=[task.pk]), str(task.workspace), task.pk
        )
        for task in tasks.select_related("workspace")[:MOST_TASKS]
    ]


def _places(request: SignedInRequest, words: list[str]) -> dict[str, list[Option]]:
    """Return projects and workspaces, each as the list filtered by it."""
    sync_status = sync_status_of(request.user)
    projects = ((each.pk, str(each)) for each in projects_in_use(sync_status.accounts))
    return {
        "Projects": _filters("project", projects, words),
        "Workspaces": _filters("workspace", sync_status.workspace_names.items(), words),
    }


def _filters(name: str, rows: Iterable[tuple[int, str]], words: list[str]) -> list[Option]:
    path = reverse("asana_tasks:task_list")
    found = (
        Option(label, f"{path}?{urlencode({name: pk})}") for pk, label in rows if _has(label, words)
    )
    return list(found)[:MOST_OTHERS]


def _named(pages: dict[str, str], words: list[str]) -> list[Option]:
    return [Option(label, reverse(name)) for label, name in pages.items() if _has(label, words)]


def _has(label: str, words: list[str]) -> bool:
    folded = normalize(label)
    return all(word in folded for word in words)
