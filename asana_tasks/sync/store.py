"""Storing of schemas in our rows. Each function is one short transaction."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import AsanaAccount, User
from accounts.time_zones import zone_named
from asana_tasks.api.schemas import TASK_COLUMNS, TaskSchema, WorkspaceSchema
from asana_tasks.dates import overdue_at
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.locks import lock_accounts, lock_tasks
from asana_tasks.models import Placement, Project, SyncState, Task, Workspace
from asana_tasks.querysets import UNCHANGED, Change
from asana_tasks.sync.upsert import upsert
from asana_tasks.text_search import normalize, to_search_text

WORKED_OUT: Final = ["overdue_at", "sort_name", "project_name", "search_text"]
OURS: Final = ["workspace", "seen_at", "change", "changed_at"]


@transaction.atomic
def store_workspaces(account: AsanaAccount, schemas: Iterable[WorkspaceSchema]) -> list[Workspace]:
    """Store all workspaces of an account; return those that Asana lists.

    Others keep their tasks and get the error NOT_LISTED.
    """
    lock_accounts(account.pk)
    rows = {
        schema.gid: Workspace(
            account=account,
            gid=schema.gid,
            name=schema.name,
            is_organization=schema.is_organization,
            is_offered=True,
        )
        for schema in schemas
    }
    Workspace.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["account", "gid"],
        update_fields=["name", "is_organization", "is_offered"],
    )
    account.workspaces.exclude(gid__in=rows).update(
        is_offered=False, last_error=ErrorCode.NOT_LISTED, last_error_args={}
    )
    return list(account.workspaces.filter(gid__in=rows))


@transaction.atomic
def store_tasks(workspace: Workspace, schemas: Iterable[TaskSchema], *, seen_at: datetime) -> None:
    """Store a page of a workspace's tasks. Unchanged rows only get `seen_at`.

    `seen_at` is when the sync began. A row of a task that we changed in Asana since then is newer
    than the page and keeps its values.
    """
    lock_accounts(workspace.account_id)
    by_gid = {schema.gid: schema for schema in schemas}
    rows = Task.objects.filter(account=workspace.account_id, gid__in=by_gid)
    known = {task.gid: task for task in rows.select_for_update().order_by("pk")}
    zone = _zone_now(workspace)
    written = []
    for gid, schema in by_gid.items():
        old = known.get(gid)
        if old and (_says_the_same(old, schema, workspace, zone) or _is_newer(old, seen_at)):
            continue
        new = row(workspace, schema, zone, seen_at=seen_at)
        new.change, new.changed_at = _change(old, new, workspace)
        written.append(new)
    rows.filter(seen_at__lt=seen_at).update(seen_at=seen_at)
    _write(workspace.account, written)


def row(workspace: Workspace, schema: TaskSchema, zone: tzinfo, *, seen_at: datetime) -> Task:
    """Return an unsaved row of a task, with the columns that pages sort, group and search by."""
    account = workspace.account
    projects = [each["project"]["name"] for each in schema.memberships]
    sections = [each["section"]["name"] for each in schema.memberships if each["section"]]
    return Task(
        **vars(schema),
        user_id=account.user_id,
        account=account,
        workspace=workspace,
        seen_at=seen_at,
        overdue_at=overdue_at(schema.due_on, schema.due_at, zone),
        sort_name=normalize(schema.name)[:100],
        project_name=projects[0][:200] if projects else "",
        search_text=to_search_text(schema.name, *projects, *sections, schema.parent_name),
    )


@transaction.atomic
def store_changed_task(task: Task, schema: TaskSchema) -> Task:
    """Store Asana's response to our change of a task; return the row.

    Raises DatabaseError if the account was disconnected meanwhile.
    """
    lock_accounts(task.account_id)
    now = timezone.now()
    new = row(task.workspace, schema, _zone_now(task.workspace), seen_at=now)
    new.pk, new.written_at = task.pk, now
    new.save()
    _place(task.account, [new])
    return new


def _zone_now(workspace: Workspace) -> tzinfo:
    """Return the user's time zone as the row has it now: it may change during a sync."""
    names = User.objects.filter(pk=workspace.account.user_id).values_list("time_zone", flat=True)
    return zone_named(names.first() or "")


def _says_the_same(old: Task, schema: TaskSchema, workspace: Workspace, zone: tzinfo) -> bool:
    return (
        old.workspace_id == workspace.pk
        and old.overdue_at == overdue_at(schema.due_on, schema.due_at, zone)
        and all(getattr(old, name) == value for name, value in vars(schema).items())
    )


def _is_newer(old: Task, seen_at: datetime) -> bool:
    return old.written_at is not None and old.written_at > seen_at


def _change(old: Task | None, new: Task, workspace: Workspace) -> tuple[str, datetime | None]:
    """Return the change to show to the user and when it was seen.

    A task counts as new if it is open and its workspace was synced before.
    """
    if old is None:
        kind = Change.NEW if workspace.synced_at and not new.completed else UNCHANGED
    elif new.completed and not old.completed:
        kind = Change.COMPLETED
    elif (old.due_on, old.due_at) != (new.due_on, new.due_at):
        kind = Change.MOVED
    else:
        return old.change, old.changed_at
    return kind, new.seen_at if kind else None


def _write(account: AsanaAccount, tasks: list[Task]) -> None:
    if tasks:
        upsert(tasks, unique=["account", "gid"], update=[*OURS, *WORKED_OUT, *TASK_COLUMNS])
        rows = Task.objects.filter(account=account, gid__in=[task.gid for task in tasks])
        keys = dict(rows.values_list("gid", "pk"))
        for task in tasks:
            task.pk = keys[task.gid]
        _place(account, tasks)


def _place(account: AsanaAccount, tasks: list[Task]) -> None:
    """Store the projects and placements of tasks, from their memberships."""
    names = {m["project"]["gid"]: m["project"]["name"] for t in tasks for m in t.memberships}
    upsert(
        [Project(account=account, gid=gid, name=name) for gid, name in sorted(names.items())],
        unique=["account", "gid"],
        update=["name"],
    )
    projects = dict(account.projects.filter(gid__in=names).values_list("gid", "pk"))
    Placement.objects.filter(task__in=tasks).delete()
    upsert(
        {
            (task.pk, membership["project"]["gid"]): Placement(
                task_id=task.pk,
                project_id=projects[membership["project"]["gid"]],
                **_section(membership["section"]),
            )
            for task in tasks
            for membership in task.memberships
        }.values(),
        unique=["task", "project"],
        update=["section_gid", "section_name"],
    )


def _section(section: Any) -> dict[str, str]:
    return {"section_gid": section["gid"], "section_name": section["name"]} if section else {}


@transaction.atomic
def finish_workspace(workspace: Workspace, *, seen_at: datetime) -> None:
    """Delete the tasks that this sync did not see; note that the workspace is synced.

    To be called after the last page only: unseen tasks are no longer assigned to this account.
    """
    unseen = workspace.tasks.filter(seen_at__lt=seen_at)
    lock_tasks(unseen)
    unseen.delete()
    workspace.synced_at = seen_at
    _save_error(workspace, None, "synced_at")


def fail_workspace(workspace: Workspace, reason: Reason) -> None:
    _save_error(workspace, reason)


def finish_account(account: AsanaAccount, *, synced_at: datetime) -> None:
    """Store that the account's copy is as of `synced_at`.

    Does not write `paused_until`: a change of a task may have set it meanwhile.
    """
    state = SyncState(account=account, synced_at=synced_at)
    _save_error(state, None, "synced_at")


def fail_account(account: AsanaAccount, reason: Reason) -> None:
    _save_error(SyncState(account=account), reason)


def _save_error(row: SyncState | Workspace, reason: Reason | None, *changed: str) -> None:
    row.last_error, row.last_error_args = reason or ("", {})
    row.save(update_fields=["last_error", "last_error_args", *changed])
