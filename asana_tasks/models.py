import math
from datetime import date, timedelta
from typing import ClassVar, Final

from django.db import models
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.dates import NEVER
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.querysets import (
    UNCHANGED,
    Change,
    SyncStateManager,
    TaskQuerySet,
    WorkspaceQuerySet,
)


class HasLastError(models.Model):
    """The reason why the last attempt to sync failed: a code with arguments."""

    last_error = models.CharField(max_length=32, choices=ErrorCode, blank=True)
    last_error_args = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def reason(self) -> Reason | None:
        return Reason(ErrorCode(self.last_error), self.last_error_args) if self.last_error else None


class SyncState(HasLastError):
    """The state of the copy of a linked account's tasks: its age, its lease and its last error.

    The first sync makes the row. The state of the token is kept by `accounts`.
    """

    STALE_AFTER: Final = timedelta(seconds=60)

    account = models.OneToOneField(
        AsanaAccount, on_delete=models.CASCADE, primary_key=True, related_name="sync_state"
    )
    synced_at = models.DateTimeField("tasks synced at", null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SyncStateManager()

    def __str__(self) -> str:
        return f"Sync of account {self.account_id}"

    @property
    def is_syncing(self) -> bool:
        """Tell whether a process holds the lease."""
        return self.lease_expires_at is not None and self.lease_expires_at > timezone.now()

    @property
    def pause_left(self) -> int:
        """Return the seconds until Asana's `Retry-After` has passed, rounded up; 0 if it has."""
        if self.paused_until is None:
            return 0
        return max(0, math.ceil((self.paused_until - timezone.now()).total_seconds()))

    @property
    def stale_in(self) -> float:
        """Return the seconds until the copy is stale; 0 if it is."""
        if self.synced_at is None:
            return 0
        age = timezone.now() - self.synced_at
        return max(0.0, (self.STALE_AFTER - age).total_seconds())

    @property
    def is_stale(self) -> bool:
        return self.stale_in == 0

    @property
    def due_in(self) -> float:
        """Return the seconds until the copy is stale and no pause is left."""
        return max(self.stale_in, self.pause_left)


class Workspace(HasLastError):
    """A workspace as one linked account sees it. The same gid can exist for two accounts."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="workspaces")
    gid = models.CharField(max_length=64)
    name = models.CharField(max_length=255, serialize=False)
    is_organization = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=True)  # Asana still lists it
    synced_at = models.DateTimeField(null=True, blank=True)
    open_tasks: int  # with_counts()
    changed_tasks: int  # with_counts()

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="workspace_once_per_account")
        ]

    def __str__(self) -> str:
        return self.name or f"Workspace {self.gid}"


class Project(models.Model):
    """A project that one of the account's tasks is in."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="projects")
    gid = models.CharField(max_length=64)
    name = models.TextField(blank=True, serialize=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="project_once_per_account")
        ]

    def __str__(self) -> str:
        return self.name or f"Project {self.gid}"


class Task(models.Model):
    """Our copy of a task: the fields that lists need. Notes and comments stay in Asana."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tasks")
    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="tasks")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tasks")
    gid = models.CharField(max_length=64)
    name = models.TextField(blank=True, serialize=False)
    resource_subtype = models.CharField(max_length=64, default="default_task")
    approval_status = models.CharField(max_length=32, blank=True)
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    start_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    permalink_url = models.CharField(max_length=2000, blank=True, serialize=False)
    parent_gid = models.CharField(max_length=64, blank=True)
    parent_name = models.TextField(blank=True, serialize=False)
    memberships = models.JSONField(default=list, serialize=False)  # list[schemas.Membership]

    # Derived from the fields above when a row is written; pages sort, group and search by them
    overdue_at = models.DateTimeField(default=NEVER)
    sort_name = models.CharField(max_length=100, blank=True, serialize=False)
    project_name = models.CharField(max_length=200, blank=True, serialize=False)
    search_text = models.TextField(blank=True, serialize=False)

    seen_at = models.DateTimeField()  # start of the last sync that saw it in Asana
    written_at = models.DateTimeField(null=True, blank=True)  # when we last changed it in Asana
    change = models.CharField(max_length=16, choices=Change, default=UNCHANGED, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="task_once_per_account")
        ]
        indexes = [
            models.Index(fields=["user", "completed", "overdue_at", "id"], name="task_by_due"),
            models.Index(
                fields=["user", "completed_at"],
                name="task_by_completion",
                condition=models.Q(completed=True),
            ),
            models.Index(fields=["workspace", "change"], name="task_by_change"),
            models.Index(fields=["workspace", "completed"], name="task_by_workspace"),
        ]

    def __str__(self) -> str:
        return f"Task {self.gid}"

    @property
    def title(self) -> str:
        return self.name.strip() or "(no name)"

    @property
    def due_day(self) -> date | None:
        """Return the day it is due in the user's time zone; None without a date."""
        return timezone.localtime(self.due_at).date() if self.due_at else self.due_on

    @property
    def due_iso(self) -> str:
        """Return the due day or instant for HTML's `time` element; '' without a date."""
        if self.due_at:
            return timezone.localtime(self.due_at).isoformat()
        return self.due_on.isoformat() if self.due_on else ""

    @property
    def is_overdue(self) -> bool:
        return not self.completed and self.overdue_at < timezone.now()

    @property
    def is_approval(self) -> bool:
        return self.resource_subtype == "approval"

    @property
    def is_undecided(self) -> bool:
        """Tell whether it is an approval without a decision."""
        return self.is_approval and not self.completed

    @property
    def decision(self) -> str:
        """Return the approval status with spaces, such as `changes requested`."""
        return self.approval_status.replace("_", " ")

    @property
    def kind(self) -> str:
        return {"milestone": "Milestone", "approval": "Approval"}.get(self.resource_subtype, "")


class Placement(models.Model):
    """A task's place in a project, with the section: `memberships` as rows, for filters."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="placements")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="placements")
    section_gid = models.CharField(max_length=64, blank=True, db_index=True)
    section_name = models.TextField(blank=True, serialize=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "project"], name="task_once_per_project")
        ]

    def __str__(self) -> str:
        return f"{self.task_id} in {self.project_id}"


class SavedView(models.Model):
    """A named state of a user's list, shown as a tab."""

    MOST: ClassVar = 20

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_once_per_user")]

    def __str__(self) -> str:
        return self.name
