"""How fetched rows become ours. Each function is one short transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import AsanaAccount
from asana_tasks.answers import TASK_FIELDS, TaskAnswer, WorkspaceAnswer
from asana_tasks.models import Task, Workspace

NO_LONGER_OFFERED = (
    "Asana no longer lists this workspace: you left it, or its administrator blocks Onelist"
)


@transaction.atomic
def keep_workspaces(account: AsanaAccount, answers: Iterable[WorkspaceAnswer]) -> list[Workspace]:
    """All workspaces Asana offers; those it no longer does keep their tasks and say so."""
    rows = {
        answer.gid: Workspace(
            account=account,
            gid=answer.gid,
            name=answer.name,
            is_organization=answer.is_organization,
            is_offered=True,
        )
        for answer in answers
    }
    Workspace.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["account", "gid"],
        update_fields=["name", "is_organization", "is_offered"],
    )
    account.workspaces.exclude(gid__in=rows).update(is_offered=False, last_error=NO_LONGER_OFFERED)
    return list(account.workspaces.filter(gid__in=rows))


@transaction.atomic
def keep_tasks(workspace: Workspace, answers: Iterable[TaskAnswer], *, seen_at: datetime) -> None:
    rows = {
        answer.gid: Task(
            account_id=workspace.account_id, workspace=workspace, seen_at=seen_at, **vars(answer)
        )
        for answer in answers
    }
    Task.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["account", "gid"],
        update_fields=["workspace", "seen_at", *TASK_FIELDS],
    )


@transaction.atomic
def finish_workspace(workspace: Workspace, *, seen_at: datetime) -> None:
    """Only after its last page: what was not seen is no longer assigned to this person."""
    workspace.tasks.filter(seen_at__lt=seen_at).delete()
    workspace.synced_at, workspace.last_error = seen_at, ""
    workspace.save(update_fields=["synced_at", "last_error"])


def fail_workspace(workspace: Workspace, why: str) -> None:
    workspace.last_error = why
    workspace.save(update_fields=["last_error"])


def note_account(
    account: AsanaAccount,
    *,
    error: str = "",
    synced_at: datetime | None = None,
    ask_again_at: datetime | None = None,
) -> None:
    """How the sync went; an absent time leaves `synced_at` as it is."""
    account.last_error, account.ask_again_at = error, ask_again_at
    account.synced_at = synced_at or account.synced_at
    account.save(update_fields=["last_error", "ask_again_at", "synced_at"])
