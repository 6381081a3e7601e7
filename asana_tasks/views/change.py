from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.redirects import next_path
from accounts.sign_in import pending_action
from accounts.typing import SignedInRequest
from asana_tasks.changes.actions import Action, InvalidAction, parse_actions
from asana_tasks.changes.apply import apply_actions
from asana_tasks.changes.report import Failed, Report, keep_report
from asana_tasks.dates import Calendar
from asana_tasks.models import Task
from asana_tasks.views.changed_rows import changed_rows

NOT_LISTED = "It is no longer in your list."


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Do the actions of a form in Asana; the next page shows the report.

    Without a session, redirect to the sign-in; the form is not kept.
    """
    back = resolve_url(next_path(request, "asana_tasks:task_list"))
    if request.user.is_authenticated:
        return _change(cast("SignedInRequest", request), back)
    # to `back` after the sign-in: this address accepts POST only
    return _go(request, redirect_to_login(back).url)


def _change(request: SignedInRequest, back: str) -> HttpResponse:
    try:
        actions = parse_actions(request.POST, Calendar.of(request.user))
    except InvalidAction as error:
        report = Report(message=str(error))
        if request.htmx:
            return changed_rows(request, report, [])
        keep_report(request, report)
        return redirect(back)
    tasks = _own_tasks(request.user, actions)
    if not tasks:
        raise Http404
    gone = [
        Failed(action.task, "A task", NOT_LISTED) for action in actions if action.task not in tasks
    ]
    actions = [action for action in actions if action.task in tasks]
    if asking := _ask_first(request, actions, tasks, back=back, asked=[]):
        return _go(request, asking)
    report = apply_actions(request.user, actions, tasks)
    report.failed += gone
    if request.htmx:
        return changed_rows(request, report, actions)
    keep_report(request, report)
    return redirect(back)


@never_cache
@login_required
@require_GET
def resume(request: SignedInRequest, key: str) -> HttpResponse:
    """Do the actions that waited for a permission, or ask for that of the next account."""
    waited = pending_action.pop(request.session, key)
    if waited is None:
        keep_report(request, Report(message="Nothing is waiting to be done any more."))
        return redirect("asana_tasks:task_list")
    actions = [Action.from_json(kept) for kept in waited.what["actions"]]
    tasks = _own_tasks(request.user, actions)
    actions = [action for action in actions if action.task in tasks]  # some may be gone by now
    asked = waited.what["asked"]
    if asking := _ask_first(request, actions, tasks, back=waited.back, asked=asked):
        return redirect(asking)
    keep_report(request, apply_actions(request.user, actions, tasks))
    return redirect(waited.back)


def _own_tasks(user: User, actions: Sequence[Action]) -> dict[int, Task]:
    rows = Task.objects.of(user).select_related("account", "workspace__account__user")
    return {task.pk: task for task in rows.filter(pk__in=[action.task for action in actions])}


def _ask_first(
    request: SignedInRequest,
    actions: Sequence[Action],
    tasks: dict[int, Task],
    *,
    back: str,
    asked: list[int],
) -> str | None:
    """Return the address that asks for a missing permission, None if no account misses it.

    Keeps the actions in the session. Asks once for each account: `asked` has those before.
    """
    accounts = {task.account_id: task.account for task in tasks.values()}
    missing = [pk for pk, each in accounts.items() if not each.may_write and pk not in asked]
    if not missing:
        return None
    what = {"actions": [asdict(action) for action in actions], "asked": [*asked, missing[0]]}
    pending_action.keep(request.session, view="asana_tasks:resume_change", back=back, what=what)
    return reverse("accounts:permission", args=[missing[0]])


def _go(request: HttpRequest, path: str) -> HttpResponse:
    """Redirect the browser; for htmx by HX-Redirect, since it follows redirects by itself."""
    return HttpResponseClientRedirect(path) if HtmxDetails(request) else redirect(path)
