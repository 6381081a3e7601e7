"""Storing of what a sync has read. Each function is one short transaction.

Those of a sync hold its lease first: a process that was stopped and wakes up after another sync has
begun stores nothing (LeaseLost).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from asana_tasks.api.schemas import TaskSchema, WorkspaceSchema
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.locks import lock_accounts
from asana_tasks.models import Pass, SyncState, Task, Workspace
from asana_tasks.sync import absence
from asana_tasks.sync.gaps import transaction_after_gap
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import FIELDS_VERSION, AcceptedPage, RunningPass
from asana_tasks.sync.rows import Writer, place, tag, task_row, told_of, zone_of

OF_A_PASS: Final = (
    "crawled_at", "pages", "completed_since", "fields_version", "synced_at", "cursor",
    "absent_below", "suspected_number", "suspected_at", "last_error", "last_error_args",
)  # fmt: skip


@transaction.atomic
def store_workspaces(
    lease: Lease, schemas: Iterable[WorkspaceSchema]
) -> tuple[list[Workspace], int]:
    """Store all workspaces of an account.

    Returns those to read, with unfinished passes, and how many others a sync that was cut off has
    read already. Workspaces that Asana does not list keep their tasks and get the error NOT_LISTED.
    """
    account = lease.account
    lock_accounts(account.pk)
    state = lease.hold()
    told = {schema.gid: (schema.name, schema.is_organization, True) for schema in schemas}
    columns = account.workspaces.values_list("gid", "name", "is_organization", "is_offered")
    known = {gid: tuple(fields) for gid, *fields in columns}
    changed = [
        Workspace(account=account, gid=gid, name=name, is_organization=is_organization)
        for gid, (name, is_organization, _) in told.items()
        if known.get(gid) != told[gid]
    ]
    Workspace.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["account", "gid"],
        update_fields=["name", "is_organization", "is_offered"],
    )
    gone = account.workspaces.filter(is_offered=True).exclude(gid__in=told)
    lost = gone.update(is_offered=False, last_error=ErrorCode.NOT_LISTED, last_error_args={})
    left = account.workspaces.filter(gid__in=told)
    if lease.unfinished_since:
        left = left.exclude(synced_at__range=(lease.unfinished_since, timezone.now()))
    workspaces = list(left.select_related("unfinished_pass"))
    state.workspaces, state.workspaces_done = len(told), len(told) - len(workspaces)
    _save(state, is_changed=bool(changed or lost))
    return workspaces, state.workspaces_done


def store_pages(lease: Lease, pages: Sequence[AcceptedPage]) -> list[RunningPass]:
    """Store pages that were read; return the passes that ended.

    A pass that has not ended is kept, so that the next sync can go on with it.
    """
    found = [(each.accepted_by.workspace, each.tasks) for each in pages]
    passes = {each.accepted_by: each.kept for each in pages}  # as of the last page of each
    ended = [each for each, kept in passes.items() if kept is None]
    writer = Writer(lease.account, lease.number, found)
    with transaction_after_gap():
        lock_accounts(lease.account.pk)
        state = lease.hold()
        is_changed = writer.write()
        _keep([kept for kept in passes.values() if kept is not None])
        for each in ended:
            is_changed |= _end(each)
        state.workspaces_done += len(ended)
        _save(state, is_changed=is_changed)
    return ended


def _keep(passes: list[Pass]) -> None:
    columns = [each.name for each in Pass._meta.concrete_fields if not each.primary_key]
    Pass.objects.bulk_create(
        passes, update_conflicts=True, unique_fields=["workspace"], update_fields=columns
    )


def _end(ended: RunningPass) -> bool:
    """Note on its workspace that a pass has ended; return whether tasks were removed by date.

    With rows that could not be read, nothing may be concluded, and the cursor stays.
    """
    workspace = ended.workspace
    if ended.pages > 1:  # it was kept after the first one
        Pass.objects.filter(workspace=workspace).delete()
    if ended.unreadable:
        _set_error(workspace, Reason(ErrorCode.UNREADABLE_TASKS))
        workspace.save(update_fields=["last_error", "last_error_args"])
        return False
    removed = 0
    if ended.is_crawl:
        workspace.crawled_at, workspace.pages = ended.began_at, ended.pages
        workspace.completed_since = ended.completed_since
        workspace.fields_version = FIELDS_VERSION
        removed = absence.conclude(workspace, ended)
    workspace.synced_at, workspace.cursor = ended.began_at, ended.asana_date
    _set_error(workspace, None)
    workspace.save(update_fields=OF_A_PASS)  # the rest may have been changed meanwhile
    return removed > 0


@transaction.atomic
def forget_pass(lease: Lease, workspace: Workspace) -> None:
    """Forget an unfinished pass: its offset is not valid any more."""
    lease.hold()
    Pass.objects.filter(workspace=workspace).delete()


@transaction.atomic
def fail_workspace(
    lease: Lease, workspace: Workspace, reason: Reason, *, goes_on: bool = True
) -> None:
    """Store why a workspace could not be read; unless it `goes_on`, forget the unfinished pass."""
    state = lease.hold()
    if not goes_on:
        Pass.objects.filter(workspace=workspace).delete()
    was = workspace.reason
    _set_error(workspace, reason)
    workspace.save(update_fields=["last_error", "last_error_args"])
    state.workspaces_done += 1
    _save(state, is_changed=was != reason)


@transaction.atomic
def store_changed_task(task: Task, schema: TaskSchema) -> Task:
    """Store Asana's response to our change of a task; return the row.

    Raises DatabaseError if the account was disconnected meanwhile.
    """
    account = task.account
    lock_accounts(account.pk)
    state, _ = SyncState.objects.select_for_update(no_key=True).get_or_create(account=account)
    told = told_of(task.workspace, schema, zone_of(account))
    row = task_row(account, task.workspace, schema, told)
    new = Task(pk=task.pk, seen_in=state.number, written_in=state.number, **row)
    new.save()
    place(account, {new.pk: schema.memberships}, [new.pk])
    tag({new.pk: schema.tags}, [new.pk])
    _save(state, is_changed=True)
    return new


def _set_error(row: SyncState | Workspace, reason: Reason | None) -> None:
    row.last_error, row.last_error_args = reason or ("", {})


def _save(state: SyncState, *, is_changed: bool) -> None:
    """Save the progress of a locked state, and whether rows changed."""
    fields = state.note_changed_rows() if is_changed else []
    state.save(update_fields=[*fields, "workspaces", "workspaces_done"])
