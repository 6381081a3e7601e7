"""Tasks that Asana no longer lists: candidates, confirmed one by one before they are removed.

A list can shift while it is read page by page, and has been seen to end early: that one crawl did
not see a task proves nothing.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.api.schemas import SightingSchema
from asana_tasks.locks import lock_accounts
from asana_tasks.models import FormerTask, Task, Workspace
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import SECOND_LOOK_AFTER, RunningPass
from asana_tasks.sync.rows import Writer

logger = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 50  # candidates of one crawl; more have to be missed by a second one too


class Removal(Enum):
    """Why a task is removed here. Nothing else is a reason."""

    COMPLETED_LONG_AGO = auto()
    NOT_FOUND = auto()
    ASSIGNED_ELSEWHERE = auto()
    FORBIDDEN = auto()  # in a workspace that does answer its list


def conclude(workspace: Workspace, ended: RunningPass) -> int:
    """Note on the workspace which tasks a complete crawl has missed; return how many it removed.

    Removes by date only. `absent_below` makes tasks candidates that `candidates_of` returns.
    Within the transaction that stores the last page; the caller saves the workspace.
    """
    removed = _remove_completed(workspace, before=ended.completed_since)
    missed = workspace.tasks.filter(seen_in__lt=ended.number)
    suspected, suspected_at = workspace.suspected_number, workspace.suspected_at
    if suspected is not None and suspected_at is not None:
        waited = ended.began_at - suspected_at
        if timedelta() <= waited < SECOND_LOOK_AFTER:
            return removed
        if waited >= SECOND_LOOK_AFTER:  # else our clock was ahead: this is the first look
            workspace.absent_below = suspected  # what both crawls have missed
            missed = missed.filter(seen_in__gte=suspected)
    if missed.count() > MOST_AT_ONCE:
        workspace.suspected_number, workspace.suspected_at = ended.number, timezone.now()
    else:
        workspace.suspected_number = workspace.suspected_at = None
        workspace.absent_below = ended.number
    return removed


def candidates_of(account: AsanaAccount, limit: int) -> list[Task]:
    """Return tasks to be asked for one by one, at most `limit`, each with its workspace."""
    missed = Q(workspace__account=account, workspace__is_offered=True, workspace__last_error="")
    rows = Task.objects.filter(missed, seen_in__lt=F("workspace__absent_below"))
    return list(rows.select_related("workspace").order_by("pk")[:limit])


def store_sightings(
    lease: Lease, seen: Mapping[Task, SightingSchema], gone: Mapping[Task, Removal]
) -> None:
    """Keep and update the tasks that are still the account's, remove the others."""
    account = lease.account
    workspaces = {row.gid: row for row in account.workspaces.all()}
    kept = [
        (workspaces.get(found.workspace, task.workspace), [found.task])
        for task, found in seen.items()
    ]
    writer = Writer(account, lease.number, kept)
    with transaction.atomic():
        lock_accounts(account.pk)
        state = lease.hold()
        is_changed = writer.write()
        still = account.tasks.filter(seen_in__lt=lease.number)  # not changed by the person since
        by_reason = {
            why: [task.pk for task, each in gone.items() if each is why] for why in Removal
        }
        removed = [_remove(still.filter(pk__in=pks), why) for why, pks in by_reason.items() if pks]
        if is_changed or any(removed):
            state.save(update_fields=state.note_changed_rows())


def _remove(tasks: QuerySet[Task], why: Removal) -> int:
    """Remove tasks for a confirmed reason, within a transaction that holds their account.

    Returns how many. Their keys are kept: a task that comes back is the same one.
    """
    rows = tasks.select_for_update().order_by("pk").values_list("account_id", "gid", "pk")
    now = timezone.now()
    former = [
        FormerTask(account_id=account, gid=gid, task_pk=pk, removed_at=now)
        for account, gid, pk in rows
    ]
    if not former:
        return 0
    logger.debug("Removed %d tasks: %s", len(former), why.name)
    FormerTask.objects.bulk_create(
        former,
        update_conflicts=True,
        unique_fields=["account", "gid"],
        update_fields=["task_pk", "removed_at"],
    )
    Task.objects.filter(pk__in=[each.task_pk for each in former]).delete()
    return len(former)


def _remove_completed(workspace: Workspace, *, before: datetime) -> int:
    long_ago = workspace.tasks.filter(completed=True, completed_at__lt=before)
    return _remove(long_ago, Removal.COMPLETED_LONG_AGO)


def removal_of(sighting: SightingSchema, account: AsanaAccount, since: datetime) -> Removal | None:
    """Return why a task that Asana still has is to be removed; None if it stays."""
    if sighting.assignee != account.gid:
        return Removal.ASSIGNED_ELSEWHERE
    completed_at = sighting.task.completed_at
    if sighting.task.completed and completed_at is not None and completed_at < since:
        return Removal.COMPLETED_LONG_AGO
    return None
