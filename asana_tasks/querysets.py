"""Querysets and managers of workspaces, tasks and sync states: the queries of pages, by name."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from django.apps import apps
from django.db import models, transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.dates import Calendar, Due, Span
from asana_tasks.locks import lock_tasks
from asana_tasks.text_search import normalize

if TYPE_CHECKING:
    from asana_tasks.models import SyncState, Task, Workspace  # noqa: F401  (named in strings)

Order = str | OrderBy | Case


class Ordering(NamedTuple):
    """One way to sort or group the list."""

    label: str  # in the form; '' if the form does not offer it
    order: tuple[Order, ...]
    key: str = ""  # the column that tells the groups apart


SORTS: Final = {
    "due": Ordering("Due date", ("overdue_at", "pk")),
    "created": Ordering("Newest", (F("created_at").desc(nulls_last=True), "pk")),
    "modified": Ordering("Last changed", (F("modified_at").desc(nulls_last=True), "pk")),
    "name": Ordering("Name", ("sort_name", "pk")),
    "project": Ordering("Project", ("project_name", "overdue_at", "pk")),
    "field": Ordering(  # with_field_sort()
        "",
        (
            F("field_rank").asc(nulls_last=True),
            F("field_text").asc(nulls_last=True),
            "overdue_at",
            "pk",
        ),
    ),
    "done": Ordering("", (F("completed_at").desc(nulls_last=True), "pk")),
}
NO_PROJECT_LAST: Final = Case(When(project_name="", then=Value(1)), default=Value(0))
GROUPS: Final = {
    "due": Ordering("Due date", ()),  # tasks sorted by date are grouped already
    "project": Ordering("Project", (NO_PROJECT_LAST, "project_name"), "project_name"),
    "workspace": Ordering("Workspace", ("workspace__name", "workspace_id"), "workspace_id"),
    "account": Ordering("Account", ("account__name", "account_id"), "account_id"),
    "field": Ordering("", ("field_place", "field_group"), "field_group"),  # with_field_group()
}
UNCHANGED: Final = ""
PACED_FOR: Final = timedelta(hours=1)


class Change(models.TextChoices):
    """A change that others made to a task since the user's last visit."""

    NEW = "new", "New"
    COMPLETED = "completed", "Completed by others"
    MOVED = "moved", "Date moved"


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Return an expression that counts `rows`, filtered by an OuterRef on `by`; 0 if none."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class SyncStateManager(models.Manager["SyncState"]):
    def of(self, account: AsanaAccount) -> "SyncState":
        """Return the account's state as it is in the row; a new, unsaved one if there is none."""
        return self.filter(pk=account.pk).first() or self.model(account=account)

    def pause(self, account: AsanaAccount, seconds: int) -> None:
        """Forbid requests for this account until `seconds` have passed (`Retry-After`).

        For an hour its syncs then spread their requests evenly (sync/budget.py).
        """
        now = timezone.now()
        self.filter(pk=account.pk).update(
            paused_at=now,
            paused_until=now + timedelta(seconds=seconds),
            paced_until=now + PACED_FOR,
        )


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def of(self, user: User) -> Self:
        return self.filter(account__user=user).select_related("account")

    def with_counts(self) -> Self:
        tasks = apps.get_model("asana_tasks", "Task").objects.filter(workspace=OuterRef("pk"))
        return self.annotate(
            open_tasks=count_of(tasks.open(), "workspace"),
            changed_tasks=count_of(tasks.changed(), "workspace"),
        )


class TaskQuerySet(models.QuerySet["Task"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def open(self) -> Self:
        # IN, because `NOT completed` keeps SQLite off the index it sorts by
        return self.filter(completed__in=[False])

    def done(self) -> Self:
        return self.filter(completed__in=[True])

    def changed(self) -> Self:
        return self.filter(change__in=Change.values)

    def due_within(self, span: Span) -> Self:
        return self.filter(within(span))

    def completed_within(self, span: Span) -> Self:
        return self.filter(completed_within(span))

    def in_projects(self, projects: Iterable[Any], sections: Iterable[str] = ()) -> Self:
        """Keep tasks that are in any of the projects, and in any of the sections if there are."""
        places = apps.get_model("asana_tasks", "Placement").objects.filter(project__in=projects)
        if sections:
            places = places.filter(section_gid__in=sections)
        return self.filter(pk__in=places.values("task"))

    def tagged(self, names: Iterable[str]) -> Self:
        """Keep tasks with any tag of these names: each workspace has tags of its own."""
        taggings = apps.get_model("asana_tasks", "Tagging").objects.filter(task=OuterRef("pk"))
        return self.filter(Exists(taggings.filter(name__in=names)))

    def created_by(self, gids: Iterable[str]) -> Self:
        return self.filter(created_by_gid__in=gids)

    def in_my_sections(self, names: Iterable[str]) -> Self:
        """Keep tasks in sections of My Tasks of these names, whichever workspace they are of."""
        return self.filter(assignee_section_name__in=names)

    def with_field_group(self, name: str, values: Sequence[str]) -> Self:
        """Annotate what the group "field" needs: a custom field's value, and its place."""
        last = Value(len(values))
        places = [When(shown=value, then=Value(place)) for place, value in enumerate(values)]
        fields = _fields(name).annotate(place=Case(*places, default=last) if places else last)
        return self.annotate(
            field_group=Coalesce(Subquery(fields.values("shown")[:1]), Value("")),
            field_place=Coalesce(Subquery(fields.values("place")[:1]), Value(len(values) + 1)),
        )

    def with_field_sort(self, name: str) -> Self:
        """Annotate what the sort "field" needs, from a custom field."""
        return self.annotate(
            field_rank=Subquery(_fields(name).values("rank")[:1]),
            field_text=Subquery(_fields(name).values("folded")[:1]),
        )

    def with_field_value(self, name: str, values: Iterable[str]) -> Self:
        """Keep tasks that show any of these values in a custom field of this name."""
        return self.filter(Exists(_fields(name).filter(shown__in=values)))

    def with_field_text(self, name: str, text: str) -> Self:
        """Keep tasks with every word in a custom field of this name."""
        words = Q()
        for word in normalize(text).split():
            words &= Q(folded__contains=word)
        return self.filter(Exists(_fields(name).filter(words)))

    def with_field_between(self, name: str, first: float | None, last: float | None) -> Self:
        """Keep tasks with a number or a day between these, which count as well."""
        ends = {"rank__gte": first, "rank__lte": last}
        given = {lookup: end for lookup, end in ends.items() if end is not None}
        return self.filter(Exists(_fields(name).filter(**given)))

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        """Keep milestones, approvals, and, for any other kind, tasks of all other subtypes."""
        special = ("milestone", "approval")
        of_kind = Q(resource_subtype__in=[kind for kind in kinds if kind in special])
        if set(kinds) - set(special):
            of_kind |= ~Q(resource_subtype__in=special)
        return self.filter(of_kind)

    def search(self, text: str) -> Self:
        """Keep tasks with every word in the name, a project, a section, a tag or the parent."""
        tasks = self
        for word in normalize(text).split():
            tasks = tasks.filter(search_text__contains=word)
        return tasks

    def sorted_by(self, sort: str, group: str = "", calendar: Calendar | None = None) -> Self:
        """Order by group, then by `sort`. The group "due" needs `calendar`."""
        by_group = GROUPS[group].order if group in GROUPS else ()
        if group == "due" and sort != "due" and calendar is not None:
            by_group = (_rank(calendar),)
        return self.order_by(*by_group, *SORTS[sort].order)

    def counts(self, **conditions: Q) -> dict[str, int]:
        """Count the tasks that meet each condition, in one query."""
        return self.aggregate(
            **{name: Count("pk", filter=condition) for name, condition in conditions.items()}
        )

    def mark_seen(self, before: datetime) -> int:
        """Forget the changes up to `before`, keep later ones; return how many were forgotten."""
        known = self.changed().filter(changed_at__lte=before)
        with transaction.atomic():
            lock_tasks(known)
            return known.update(change=UNCHANGED, changed_at=None)


def _fields(name: str) -> QuerySet[Any]:
    """Return the values that tasks have in custom fields of this name; one of them comes first."""
    values = apps.get_model("asana_tasks", "FieldValue").objects
    return values.filter(task=OuterRef("pk"), name=name).order_by("gid")


def within(span: Span) -> Q:
    return Q(overdue_at__gte=span.start, overdue_at__lt=span.end)


def completed_within(span: Span) -> Q:
    return Q(completed_at__gte=span.start, completed_at__lt=span.end)


def created_within(span: Span) -> Q:
    return Q(created_at__gte=span.start, created_at__lt=span.end)


def _rank(calendar: Calendar) -> Case:
    """Return an expression for the position of a task's due group in `Due`."""
    return Case(
        *(
            When(overdue_at__lt=calendar.span(due).end, then=Value(place))
            for place, due in enumerate(Due)
        ),
        default=Value(len(Due)),
    )
