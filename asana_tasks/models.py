from datetime import date
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.dates import NEVER
from asana_tasks.querysets import UNCHANGED, Change, TaskQuerySet, WorkspaceQuerySet


class Workspace(models.Model):
    """A workspace as one linked account sees it. The same gid can exist for two accounts."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="workspaces")
    gid = models.CharField(max_length=64)
    name = models.CharField(max_length=255, serialize=False)
    is_organization = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=True)  # Asana still lists it
    synced_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=255, blank=True)
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
    """A project that one of the person's tasks is in."""

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
    """What we keep of a task: enough to list it. Its notes and comments stay in Asana."""

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
    memberships = models.JSONField(default=list, serialize=False)  # list[answers.Membership]

    # Worked out from the above when a row is written: what pages sort, group and search by
    overdue_at = models.DateTimeField(default=NEVER)
    sort_name = models.CharField(max_length=100, blank=True, serialize=False)
    project_name = models.CharField(max_length=200, blank=True, serialize=False)
    search_text = models.TextField(blank=True, serialize=False)

    seen_at = models.DateTimeField()  # in Asana, by a sync
    written_at = models.DateTimeField(null=True, blank=True)  # in Asana, by us
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
        """The day it is due where the person is."""
        return timezone.localtime(self.due_at).date() if self.due_at else self.due_on

    @property
    def due_iso(self) -> str:
        """The due day or instant, as HTML's `time` element takes it."""
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
        """Whether it waits to be approved, rejected or sent back."""
        return self.is_approval and not self.completed

    @property
    def decision(self) -> str:
        """The state of an approval in words, such as `changes requested`."""
        return self.approval_status.replace("_", " ")

    @property
    def kind(self) -> str:
        return {"milestone": "Milestone", "approval": "Approval"}.get(self.resource_subtype, "")


class Placement(models.Model):
    """A task's place in a project: which section. `memberships` for those who filter."""

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
    """A state of the list that its owner has named: a tab."""

    MOST: ClassVar = 20

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_once_per_user")]

    def __str__(self) -> str:
        return self.name
