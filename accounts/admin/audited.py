"""Admin pages that record what administrators look at and change in the audit log.

Entries belong to the history of the user concerned. They replace Django's own log, which would keep
the names of deleted users.
"""

import re
from datetime import timedelta
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import audit
from accounts.admin.rights import rights_changed
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, User

HOUR: Final = timedelta(hours=1)
SHOWN: Final = 200  # entries of a history; the audit log has all of them
LOOKUPS: Final = {"id", "exact", "isnull", "gte", "lt", "year", "month", "day"}
# Fewer than ten digits: larger numbers break databases. int() also takes signs and underscores.
VALUE: Final = re.compile(r"(?![+-]|.*([0-9]_*){10})[\w:.+ -]{0,40}", re.ASCII)
Event = AuditEntry.Event


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    object_history_template = "admin/audited_history.html"
    may_be_asked_about: frozenset[str] = frozenset()  # fields that a list's query string may name
    seen_as: Detail | None = None  # detail of the entry when a page is seen
    person_field = "user"  # path from a row to the user it concerns

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Tell whether a list's query string may contain a lookup.

        Django would allow lookups of any column, letter by letter, and of related rows: of tokens
        and of tasks.
        """
        allowed: bool = super().lookup_allowed(lookup, value, request)
        field, *how = lookup.split("__")
        allowed &= field in self.may_be_asked_about and LOOKUPS.issuperset(how)
        return allowed and VALUE.fullmatch(value) is not None

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list; raise IncorrectLookupParameters for dates outside of the calendar.

        Django does so itself for what is no date, but lets these errors through.
        """
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            self.note_seen_in(request, shown["cl"], self.seen_as)
        return response

    def note_seen_in(self, request: HttpRequest, rows: Any, detail: Detail | None) -> None:
        """Record that a list was seen, if it was searched or filtered and concerns a single user.

        Seeing lists of several users, or whole lists, is an administrator's everyday work.
        """
        if rows.query or rows.get_filters_params():
            self._note_single(request, rows.queryset, detail)

    def note_searched(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Record that the choices of a field were searched, like a list."""
        self._note_single(request, rows, self.seen_as)

    def note_rows_seen(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Record that rows were chosen and shown with what belongs to them, each for its user."""
        numbers = rows.order_by().values(self.person_field)
        audit.record_for_all(
            Event.SEEN, _not_seen_lately(request, numbers), request=request, detail=self.seen_as
        )

    def _note_single(
        self, request: HttpRequest, rows: QuerySet[Any], detail: Detail | None
    ) -> None:
        numbers = rows.order_by().values(self.person_field)
        people = list(User.objects.filter(pk__in=numbers)[:2])
        record_seen(request, people[0] if len(people) == 1 else None, detail=detail)

    def concerns(self, obj: Any) -> tuple[User | None, AsanaAccount | None]:
        """Return the user and the linked account that a row concerns; None if there is none."""
        raise NotImplementedError

    def history(self, obj: Any) -> QuerySet[AuditEntry]:
        user, account = self.concerns(obj)
        entries = AuditEntry.objects.filter(user=user).select_related("actor")
        return entries.filter(account_gid=account.gid) if account else entries

    def note(self, event: AuditEntry.Event, request: HttpRequest, obj: Any, **more: Any) -> None:
        user, account = self.concerns(obj)
        audit.record(event, user=user, account=account, request=request, **more)

    def note_seen(self, request: HttpRequest, obj: Any) -> None:
        user, account = self.concerns(obj)
        record_seen(request, user, account, detail=self.seen_as)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        if obj := kwargs.get("obj"):
            self.note_seen(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and self.has_view_or_change_permission(request, obj):
            self.note_seen(request, obj)
            extra_context = {"entries": self.history(obj)[:SHOWN], **(extra_context or {})}
        return super().history_view(request, object_id, extra_context)

    def construct_change_message(
        self, request: HttpRequest, form: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Return names of changed fields, and the rights that were given and taken.

        Django returns a sentence of labels, and doesn't say which group or permission it was.
        """
        return {"fields": list(form.changed_data), **rights_changed(form)}

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self.note(Event.CHANGED, request, obj, detail=Detail.ADDED)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Record a change. `message` is what `construct_change_message` returned."""
        about = {"detail": Detail.FIELDS_CHANGED, "detail_args": message}
        self.note(Event.CHANGED, request, obj, **(about if message["fields"] else {}))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Do nothing: the code that deletes a row records it."""


def _not_seen_lately(request: HttpRequest, numbers: QuerySet[Any]) -> QuerySet[User]:
    """Return other users with these numbers whom the administrator hasn't seen lately."""
    me, since = request.user.pk, timezone.now() - HOUR
    seen = AuditEntry.objects.filter(event=Event.SEEN, actor_id=me, account_gid="", at__gt=since)
    people = User.objects.filter(pk__in=numbers)
    return people.exclude(Q(pk=me) | Q(pk__in=seen.exclude(user=None).values("user")))


def record_seen(
    request: HttpRequest,
    user: User | None,
    account: AsanaAccount | None = None,
    *,
    detail: Detail | None,
) -> None:
    """Record that an administrator has seen data of a user, at most once an hour.

    Views of one's own data and of rows without a user are not recorded.
    """
    if user is not None and user != request.user:
        audit.record(
            Event.SEEN, user=user, account=account, request=request, detail=detail, once_in=HOUR
        )
