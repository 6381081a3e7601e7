from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.admin.audited import AuditedAdmin
from accounts.admin.rights import kind_and_name
from accounts.codes import Detail
from accounts.models import AuditEntry
from accounts.views.confirm import asks_for_fresh_sign_in

Event = AuditEntry.Event

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AuditedAdmin, StockGroupAdmin):
    """Django's pages of groups; what is changed is recorded in our audit log."""

    def note_seen_in(self, request: HttpRequest, rows: Any, detail: Detail | None) -> None:
        """Record nothing: the list of groups shows no people."""

    def concerns(self, obj: Group) -> tuple[None, None]:
        return None, None

    def history(self, obj: Group) -> QuerySet[AuditEntry]:
        entries = AuditEntry.objects.filter(event=Event.GROUP_CHANGED, detail_args__id=obj.pk)
        return entries.select_related("actor")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._note(request, obj, Detail.GROUP_ADDED, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._note(request, obj, Detail.GROUP_CHANGED, message)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask for a fresh sign-in: what a group may do, its members may do for good."""
        return asks_for_fresh_sign_in(super().changeform_view)(request, *args, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        self._note_deletion(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for group in queryset:
            self._note_deletion(request, group)
        super().delete_queryset(request, queryset)

    def _note(self, request: HttpRequest, group: Group, detail: Detail, about: Any) -> None:
        args = {**about, "id": group.pk, "group": group.name}
        audit.record(Event.GROUP_CHANGED, request=request, detail=detail, detail_args=args)

    def _note_deletion(self, request: HttpRequest, group: Group) -> None:
        """Record the deletion of a group, also in the histories of its members."""
        self._note(request, group, Detail.GROUP_DELETED, {})
        for member in group.user_set.all():
            audit.record(
                Event.CHANGED,
                user=member,
                request=request,
                detail=Detail.FIELDS_CHANGED,
                detail_args={"fields": ["groups"], "taken": [kind_and_name(group)]},
            )
