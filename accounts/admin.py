from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.http import HttpRequest
from qsessions.models import Session
from social_django.models import Association, Nonce, UserSocialAuth

from accounts.models import AsanaAccount, User

for model in (Association, Nonce, Session, UserSocialAuth):
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(StockUserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "name", "email", "is_active", "is_staff", "last_login")
    search_fields = ("username", "name", "email", "asana_accounts__gid")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("name", "email", "time_zone")}),
        (
            "Permissions",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )


@admin.register(AsanaAccount)
class AsanaAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only, and without a token or a task anywhere."""

    list_display = ("user", "name", "gid", "status", "connected_at", "refreshed_at", "synced_at")
    list_filter = ("status", "connected_at", "synced_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__name", "name", "email", "gid")
    fields = readonly_fields = (
        "user",
        "name",
        "email",
        "gid",
        "status",
        "scope",
        "connected_at",
        "refreshed_at",
        "access_token_expires_at",
        "synced_at",
        "last_error",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Django lets an address ask about any column, letter by letter."""
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed and not lookup.startswith("encrypted_")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False
