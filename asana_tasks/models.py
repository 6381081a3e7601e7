from datetime import date, datetime, time
from typing import Self

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import AsanaAccount, User


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def of(self, user: User) -> Self:
        return self.filter(account__user=user).select_related("account")

    def with_counts(self) -> Self:
        return self.annotate(open_tasks=Count("tasks", filter=Q(tasks__completed=False)))


class Workspace(models.Model):
    """A workspace as one linked account sees it. The same gid can exist for two accounts."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="workspaces")
    gid = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    is_organization = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=True)  # Asana still lists it
    synced_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=255, blank=True)
    open_tasks: int  # with_counts()

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="workspace_once_per_account")
        ]

    def __str__(self) -> str:
        return self.name or f"Workspace {self.gid}"


class TaskQuerySet(models.QuerySet["Task"]):
    def of(self, user: User) -> Self:
        return self.filter(account__user=user).select_related("workspace", "account")

    def open(self) -> Self:
        return self.filter(completed=False)

    def by_due_date(self) -> Self:
        return self.order_by(
            F("due_on").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "name", "pk"
        )


class Task(models.Model):
    """What we keep of a task: enough to list it. Its notes and comments stay in Asana."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="tasks")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tasks")
    gid = models.CharField(max_length=64)
    name = models.TextField(blank=True)
    resource_subtype = models.CharField(max_length=64, default="default_task")
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    start_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    permalink_url = models.CharField(max_length=2000, blank=True)
    parent_name = models.TextField(blank=True)
    memberships = models.JSONField(default=list)  # list[answers.Membership]
    seen_at = models.DateTimeField()

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="task_once_per_account")
        ]
        indexes = [
            models.Index(fields=["account", "completed", "due_on"]),
            models.Index(fields=["workspace", "completed"]),
        ]

    def __str__(self) -> str:
        return f"Task {self.gid}"

    @property
    def due(self) -> datetime | None:
        """The instant it is overdue: `due_at`, or the end of `due_on` in the person's time zone."""
        if self.due_at:
            return self.due_at
        if self.due_on:
            return timezone.make_aware(datetime.combine(self.due_on, time.max))
        return None

    @property
    def due_day(self) -> date | None:
        """The day it is due where the person is."""
        return timezone.localtime(self.due_at).date() if self.due_at else self.due_on

    @property
    def kind(self) -> str:
        return {"milestone": "Milestone", "approval": "Approval"}.get(self.resource_subtype, "")

    @property
    def is_overdue(self) -> bool:
        return not self.completed and self.due is not None and self.due < timezone.now()
