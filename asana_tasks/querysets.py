"""Questions that pages ask of our rows, by name."""

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, F, IntegerField, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from asana_tasks.dates import Span
from asana_tasks.words import plain

NOTHING = ""
SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "due": ("overdue_at", "pk"),
    "created": (F("created_at").desc(nulls_last=True), "pk"),
    "modified": (F("modified_at").desc(nulls_last=True), "pk"),
    "name": ("sort_name", "pk"),
    "project": ("project_name", "overdue_at", "pk"),
}
GROUPS = {"project": "project_name", "workspace": "workspace__name", "account": "account__name"}


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many of `rows` belong to the row that is asked about: a count for each, in one query."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class WorkspaceQuerySet(models.QuerySet["Any"]):
    def of(self, user: User) -> Self:
        return self.filter(account__user=user).select_related("account")

    def with_counts(self) -> Self:
        tasks = apps.get_model("asana_tasks", "Task").objects
        open_here = tasks.filter(workspace=OuterRef("pk"), completed=False)
        return self.annotate(open_tasks=count_of(open_here, "workspace"))


class TaskQuerySet(models.QuerySet["Any"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def open(self) -> Self:
        return self.filter(completed=False)

    def done(self) -> Self:
        return self.filter(completed=True)

    def changed(self) -> Self:
        return self.exclude(change=NOTHING)

    def due_within(self, span: Span) -> Self:
        return self.filter(overdue_at__gte=span.start, overdue_at__lt=span.end)

    def completed_within(self, span: Span) -> Self:
        return self.filter(completed_at__gte=span.start, completed_at__lt=span.end)

    def in_project(self, project: int) -> Self:
        return self.filter(placements__project=project)

    def in_section(self, section: str) -> Self:
        return self.filter(placements__section_gid=section)

    def search(self, text: str) -> Self:
        """Every word occurs somewhere: in the name, a project, a section or the parent's name."""
        tasks = self
        for word in plain(text).split():
            tasks = tasks.filter(search_text__contains=word)
        return tasks

    def sorted_by(self, sort: str, group: str = "due") -> Self:
        """Groups stay together; within them, `sort`."""
        by_group = [GROUPS[group]] if group in GROUPS else []
        return self.order_by(*by_group, *SORTS[sort])

    def by_due_date(self) -> Self:
        return self.sorted_by("due")

    def counts(self, **within: Q) -> dict[str, int]:
        """How many there are of each, in one query."""
        return self.aggregate(
            **{name: Count("pk", filter=condition) for name, condition in within.items()}
        )

    def mark_seen(self, before: datetime) -> int:
        return self.filter(changed_at__lte=before).update(change=NOTHING, changed_at=None)
