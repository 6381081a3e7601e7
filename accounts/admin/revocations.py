from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from accounts import audit, messages, tokens
from accounts.admin import outcomes
from accounts.admin.actions import linked_by
from accounts.admin.audited import AuditedAdmin
from accounts.admin.confirmed import ConfirmedAction, ConfirmedActionsAdmin, NotDone
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.times import shown
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, Revocation, User


def try_again(request: HttpRequest, revocation: Revocation) -> str:
    person = revocation.user or cast("User", request.user)  # a deleted user has no history
    audit.record(
        AuditEntry.Event.CHANGED,
        user=person,
        request=request,
        detail=Detail.REVOCATION_TRIED,
        detail_args={"reference": revocation.reference},
    )
    outcome = tokens.revoke(revocation)
    if outcome is tokens.Outcome.WAITING:
        row = Revocation.objects.filter(pk=revocation.pk).first()
        error = messages.error_message(row) if row else ""
        raise NotDone(error or "Somebody else is trying it right now")
    words = f"Access {outcomes.IN_WORDS[outcome]}"
    if outcome is not tokens.Outcome.REVOKED:
        raise NotDone(words)
    return words


@admin.register(Revocation)
class RevocationAdmin(ReadOnlyAdmin, AuditedAdmin, ConfirmedActionsAdmin):
    """Read-only pages of waiting revocations, with an action to try them now."""

    list_display = (
        *("reference", "user", "account_name"),
        *("attempts", "why", "next_attempt_at", "ends_at"),
    )
    fields = readonly_fields = (
        *("reference", "user", "account_name", "requested_at"),
        *("attempts", "why", "next_attempt_at", "ends_at"),
    )
    search_fields = ("reference", "user__username", "user__name", "account_name")
    show_full_result_count = False
    confirmed_actions = (
        ConfirmedAction(
            "try-again",
            "Try again now",
            "Asana is asked once more to revoke the access; it need not be time for it yet.",
            try_again,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def about(self, row: Revocation) -> list[str]:
        if row.user is None:
            return ["access that somebody gave who is deleted here"]
        return [format_html("access to <bdi>{}</bdi>, {}", row.account_name, linked_by(row.user))]

    def concerns(self, obj: Revocation) -> tuple[User | None, AsanaAccount | None]:
        return obj.user, None

    @admin.display(description="last error", ordering="last_error")
    def why(self, revocation: Revocation) -> str:
        return messages.error_message(revocation)

    @admin.display(description="given up after", ordering="requested_at")
    def ends_at(self, revocation: Revocation) -> str:
        return shown(revocation.ends_at)
