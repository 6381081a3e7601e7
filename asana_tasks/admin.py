"""What syncs add to the admin of linked accounts: facts, a filter and an action.

Tasks have no page in the admin.
"""

import time
from typing import Final

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts import audit, bulkhead, messages
from accounts.admin.confirmed import ConfirmedAction, NotDone
from accounts.admin.contributions import (
    filter_accounts_by,
    offer_on_accounts,
    show_on_account_page,
    show_on_person_page,
)
from accounts.admin.filters import SUCCESS_TIMES, Choice
from accounts.admin.times import shown
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry
from asana_tasks.health import FAILED
from asana_tasks.models import SyncState
from asana_tasks.sync import engine
from asana_tasks.sync.messages import reason_message
from asana_tasks.sync.progress import Progress

SUCCESS_TIMES.append("sync_state__synced_at")
SECONDS: Final = 10.0  # the most a sync of one account may take here: the page waits for it


def sync_tasks(request: HttpRequest, account: AsanaAccount) -> str:
    """Sync one account; return the counts of its tasks and workspaces as a sentence.

    Names no task and no workspace: administrators may not see them. Writes the counts into the
    audit log. Raises NotDone if the sync fails, if a workspace fails, or after SECONDS.
    """
    try:
        with bulkhead.slot():
            progress, failed = _sync(account)
    except bulkhead.MayNotWait as error:
        raise NotDone(bulkhead.MESSAGE) from error
    if progress.state == "waiting":
        raise NotDone("Asana's limit of requests is used up; the sync goes on by itself")
    if progress.state != "done":
        raise NotDone(progress.message)
    counts = {"tasks": progress.tasks, "workspaces": progress.workspaces}
    audit.record(
        AuditEntry.Event.CHANGED,
        account=account,
        request=request,
        detail=Detail.TASKS_SYNCED,
        detail_args=counts,
    )
    synced = messages.word(Detail.TASKS_SYNCED, counts)
    if failed:
        of_all = ngettext(
            "%(failed)d of %(count)d workspace failed",
            "%(failed)d of %(count)d workspaces failed",
            progress.workspaces,
        ) % {"failed": failed, "count": progress.workspaces}
        raise NotDone(f"{of_all}; {synced}")
    return synced.capitalize()


def _sync(account: AsanaAccount) -> tuple[Progress, int]:
    """Sync an account; return the last progress and the number of workspaces that failed.

    Raises NotDone after SECONDS.
    """
    ends_at = time.monotonic() + SECONDS
    sync = engine.sync_account(account)
    failed = 0
    for progress in sync:
        failed += progress.state == "workspace_failed"
        if time.monotonic() > ends_at and progress.state != "done":
            sync.close()
            raise NotDone("It takes too long for this page; what has arrived is kept")
    return progress, failed


offer_on_accounts(
    ConfirmedAction(
        "sync",
        "Sync tasks now",
        "Asana is asked for the account's tasks, as if its person had pressed Sync now."
        " You get to know how many there are.",
        sync_tasks,
    ),
    after="refresh",
)


class LastAttempt(Choice):
    """Filter for connected accounts whose last sync failed, as the health check counts them."""

    title, parameter_name = "last attempt", "attempt"
    choices_ = {"failed": "Failed"}

    def kept(self, chosen: str) -> Q:
        return FAILED


@admin.display(description="tasks synced at")
def synced_at(account: AsanaAccount) -> str:
    return shown(SyncState.objects.of(account).synced_at)


@admin.display(description="last error of syncing tasks")
def last_sync_error(account: AsanaAccount) -> str:
    return reason_message(SyncState.objects.of(account).reason)


show_on_account_page(synced_at, last_sync_error)
show_on_person_page(synced_at)
filter_accounts_by([LastAttempt])
