from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.http import HttpRequest, HttpResponse

from accounts import health, messages
from accounts.admin import actions
from accounts.admin.audited import AuditedAdmin
from accounts.admin.confirmed import ConfirmedActionsAdmin
from accounts.admin.filters import NEVER, Expiring, LastSuccess, Permission, last_success
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import AsanaAccount, User


@admin.register(AsanaAccount)
class AsanaAccountAdmin(ReadOnlyAdmin, AuditedAdmin, ConfirmedActionsAdmin):
    """Read-only pages of linked accounts, without tokens, tasks, or the users' labels."""

    list_display = ("asana_name", "user", "status", "gid", "may", "last_success")
    list_filter = ("status", Permission, LastSuccess, Expiring)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("user__username", "user__name", "name", "email", "gid")
    may_be_asked_about = frozenset({"status", "user", "may", "worked", "attempt", "token"})
    fields: ClassVar[Any] = (
        "user",
        "name",
        "email",
        "gid",
        "status",
        "why",
        "may",
        "scope",
        "connected_at",
        "refreshed_at",
        "access_token_expires_at",
    )
    readonly_fields = fields
    confirmed_actions = actions.ON_ACCOUNTS

    def get_queryset(self, request: HttpRequest) -> Any:
        accounts = super().get_queryset(request).select_related("user")
        return accounts.annotate(last_success_at=last_success())

    def about(self, row: AsanaAccount) -> list[str]:
        return [actions.linked_by(row.user)]

    def concerns(self, obj: AsanaAccount) -> tuple[User, AsanaAccount]:
        return obj.user, obj

    @admin.display(description="Asana account", ordering="name")
    def asana_name(self, account: AsanaAccount) -> str:
        return account.asana_name

    @admin.display(description="last error")
    def why(self, account: AsanaAccount) -> str:
        return messages.error_message(account)

    @admin.display(description="permission")
    def may(self, account: AsanaAccount) -> str:
        if "default" in account.scopes:
            return "everything"
        return "change tasks" if account.may_write else "only read tasks"

    @admin.display(description="last success", ordering="last_success_at")
    def last_success(self, account: AsanaAccount) -> str:
        at = account.last_success_at  # type: ignore[attr-defined]  # annotated
        return "never" if at == NEVER else naturaltime(at)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        states = {"states": health.accounts_by_state()}
        return super().changelist_view(request, states | (extra_context or {}))

    def has_delete_permission(self, request: HttpRequest, obj: AsanaAccount | None = None) -> bool:
        may = request.user.has_perm("accounts.delete_asanaaccount")
        return may and (obj is None or actions.may_end(request, obj.user))
