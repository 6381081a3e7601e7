import json
from collections.abc import Iterator
from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect

from accounts.decorators import signed_in_post
from accounts.models import AsanaAccount
from accounts.typing import SignedInRequest
from asana_tasks.sync.parallel import refresh_all
from asana_tasks.views.redirects import way_back

PROGRESS = "application/x-ndjson"


@signed_in_post
def refresh(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """Fetch from Asana; told line by line to a script, or at the end to a plain form."""
    accounts = list(request.user.asana_accounts.connected())
    if request.accepts(PROGRESS) and not request.accepts("text/html"):
        answer = StreamingHttpResponse(_lines(accounts), content_type=PROGRESS)
        answer["Cache-Control"] = "no-store"
        answer["X-Accel-Buffering"] = "no"
        return answer
    for progress in refresh_all(accounts):
        if progress.state in {"failed", "busy"}:
            messages.warning(request, f"{progress.account}: {progress.message}")
    return redirect(way_back(request))


def _lines(accounts: list[AsanaAccount]) -> Iterator[str]:
    for progress in refresh_all(accounts):
        yield json.dumps(asdict(progress)) + "\n"
