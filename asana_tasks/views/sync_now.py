from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.redirects import next_path
from accounts.typing import SignedInRequest
from asana_tasks.sync.schedule import request_sync
from asana_tasks.views.representation import HTML, JSON, prefers, signed_in_page_or_script


@signed_in_page_or_script(HTML, JSON, leads_back=False)
@require_POST
def sync_now(request: SignedInRequest) -> HttpResponse:
    """Make the user's accounts due, for a worker to sync; wait for nothing.

    A script gets 202. A form is redirected, to a page that shows how the sync goes.
    """
    accounts = request_sync(request.user)
    if prefers(request, HTML, JSON) == JSON:
        return HttpResponse(status=202)
    if accounts:
        messages.info(request, "Sync requested.")
    return redirect(next_path(request, "asana_tasks:task_list"))
