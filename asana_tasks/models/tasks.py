from datetime import date

from django.db import models
from django.utils import timezone

from accounts.models import AsanaAccount, User
from accounts.printable import visible_name
from asana_tasks.dates import NEVER
from asana_tasks.models.workspaces import Workspace
from asana_tasks.querysets import UNCHANGED, Change, TaskQuerySet


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
        return visible_name(self.name) or f"Project {self.gid}"


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
    tags = models.JSONField(default=list, serialize=False)  # list[schemas.Named]
    created_by_gid = models.CharField(max_length=64, blank=True)
    created_by_name = models.CharField(max_length=200, blank=True, serialize=False)
    # The section of My Tasks, of which each person and workspace has some of their own
    assignee_section_gid = models.CharField(max_length=64, blank=True)
    assignee_section_name = models.CharField(max_length=200, blank=True, serialize=False)

    # Derived from the fields above when a row is written; pages sort, group and search by them
    overdue_at = models.DateTimeField(default=NEVER)
    sort_name = models.CharField(max_length=100, blank=True, serialize=False)
    project_name = models.CharField(max_length=200, blank=True, serialize=False)
    search_text = models.TextField(blank=True, serialize=False)

    # Numbers of syncs (SyncState.number): the last that saw it in Asana, and the one at the time
    # of our last change, which a page that was asked for before it must not undo
    fingerprint = models.CharField(
        max_length=32, blank=True, default=""
    )  # of what it was made from
    seen_in = models.BigIntegerField(default=0)
    written_in = models.BigIntegerField(null=True, blank=True)
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
            models.Index(fields=["workspace", "seen_in"], name="task_by_sight"),
        ]

    def __str__(self) -> str:
        return f"Task {self.gid}"

    @property
    def title(self) -> str:
        return visible_name(self.name) or "(no name)"

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


class Tagging(models.Model):
    """A tag of a task: `tags` as rows, for filters."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="taggings")
    gid = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True, serialize=False)

    class Meta:
        verbose_name = "tag of a task"
        verbose_name_plural = "tags of tasks"
        constraints = [models.UniqueConstraint(fields=["task", "gid"], name="tag_once_per_task")]

    def __str__(self) -> str:
        return f"Tag {self.gid} of {self.task_id}"


class FieldValue(models.Model):
    """A task's value of a custom field, of accounts whose person wants them (SyncState)."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="field_values")
    gid = models.CharField(max_length=64)  # of the field
    name = models.CharField(max_length=200, serialize=False)  # of the field
    kind = models.CharField(max_length=16)
    shown = models.CharField(max_length=200, serialize=False)
    rank = models.FloatField(null=True)  # of a number, a day or an option; None: sorted as a text
    folded = models.CharField(max_length=200, serialize=False)  # `shown`, as it is compared

    class Meta:
        verbose_name = "custom field of a task"
        verbose_name_plural = "custom fields of tasks"
        constraints = [models.UniqueConstraint(fields=["task", "gid"], name="field_once_per_task")]

    def __str__(self) -> str:
        return f"Custom field {self.gid} of {self.task_id}"


class FormerTask(models.Model):
    """The key of a task that is gone: if it comes back it gets the same one, and is not new."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="former_tasks")
    gid = models.CharField(max_length=64)
    task_pk = models.BigIntegerField()
    removed_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="former_task_once_per_account")
        ]

    def __str__(self) -> str:
        return f"Former task {self.gid}"
