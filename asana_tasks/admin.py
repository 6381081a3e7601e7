"""No page of ours: a task is nobody's but its person's. An action on linked accounts alone."""

import time
from typing import Final

from django.http import HttpRequest
from django.template.defaultfilters import pluralize

from accounts import audit
from accounts.admin.actions import offer_on_accounts
from accounts.admin.confirmed import ConfirmedAction, NotDone
from accounts.models import AsanaAccount, AuditEntry
from asana_tasks.sync import engine

SECONDS: Final = 20.0  # for one account; somebody is waiting for the page


def fetch(request: HttpRequest, account: AsanaAccount) -> str:
    """Counts, and never a name: whoever asks may not see them."""
    ends_at = time.monotonic() + SECONDS
    refresh = engine.sync_account(account)
    failed = 0
    for progress in refresh:
        failed += progress.state == "workspace_failed"
        if time.monotonic() > ends_at and progress.state != "done":
            refresh.close()
            raise NotDone("It takes too long for this page; what has arrived is kept")
    if progress.state != "done":
        raise NotDone(progress.message)
    workspaces = f"{progress.workspaces} workspace{pluralize(progress.workspaces)}"
    detail = f"tasks fetched: {progress.tasks}, from {workspaces}"
    audit.record(AuditEntry.Event.CHANGED, account=account, request=request, detail=detail)
    if failed:
        raise NotDone(f"{failed} of {workspaces} failed; {detail}")
    return detail.capitalize()


offer_on_accounts(
    ConfirmedAction(
        "fetch",
        "Fetch tasks now",
        "Asana is asked for the account's tasks, as if its person had pressed Refresh."
        " You get to know how many there are.",
        fetch,
    ),
    after="refresh",
)
