"""Tell an open page, which asks again and again, how the syncs stand."""

from collections.abc import Iterable
from contextlib import suppress
from typing import cast

from django.db import IntegrityError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.models import AsanaAccount
from accounts.outage import can_be_left_out
from accounts.typing import SignedInRequest
from asana_tasks.sync.schedule import note_look
from asana_tasks.sync.snapshot import Snapshot, accounts_of
from asana_tasks.sync.status import sync_status_of
from asana_tasks.views.representation import HTML, JSON, prefers, signed_in_page_or_script


@signed_in_page_or_script(JSON, HTML)
@require_safe
def sync_status(request: SignedInRequest) -> HttpResponse:
    """Answer a script with numbers (304 if it has them), for HTML with the freshness line."""
    if prefers(request, JSON, HTML) == HTML:
        status = sync_status_of(request.user)
        context = {"sync_status": status, "shown_at": timezone.now()}
        return render(request, "asana_tasks/_sync_status.html", context)
    accounts, failed_workspaces = accounts_of(request.user)
    note_looks(accounts)
    snapshot = Snapshot.of(accounts, failed_workspaces)
    etag = f'"{snapshot.etag(accounts)}"'
    response = JsonResponse(snapshot.as_dict())
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return cast("HttpResponse", get_conditional_response(request, etag=etag, response=response))


def note_looks(accounts: Iterable[AsanaAccount]) -> None:
    """Note that a person looks at the list, so that it is synced.

    The page does without while nothing can be written, and for an account that has just gone.
    """
    with suppress(IntegrityError), can_be_left_out():
        note_look(each.sync_state for each in accounts if not each.needs_reconnecting)
