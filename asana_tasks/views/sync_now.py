import json
from collections.abc import Iterator
from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect

from accounts.decorators import signed_in_post
from accounts.models import AsanaAccount
from accounts.redirects import next_path
from accounts.typing import SignedInRequest
from asana_tasks.sync.parallel import sync_accounts

PROGRESS = "application/x-ndjson"


@signed_in_post
def sync_now(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """Sync the user's accounts; stream the progress as JSON lines to a script.

    A plain form is redirected at the end, with a message for each account that failed or is busy.
    """
    accounts = list(request.user.asana_accounts.connected())
    if request.accepts(PROGRESS) and not request.accepts("text/html"):
        response = StreamingHttpResponse(_lines(accounts), content_type=PROGRESS)
        response["Cache-Control"] = "no-store"
        response["X-Accel-Buffering"] = "no"
        return response
    for progress in sync_accounts(accounts):
        if progress.state in {"failed", "busy"}:
            messages.warning(request, f"{progress.account}: {progress.message}")
    return redirect(next_path(request, "asana_tasks:task_list"))


def _lines(accounts: list[AsanaAccount]) -> Iterator[str]:
    for progress in sync_accounts(accounts):
        told = {**asdict(progress), "message": progress.message}
        del told["reason"]
        yield json.dumps(told) + "\n"
