from typing import Any, ClassVar, Final, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin import actions
from accounts.admin.audited import AuditedAdmin
from accounts.admin.confirmed import ConfirmedActionsAdmin
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.locks import lock_administrators
from accounts.models import AsanaAccount, User
from accounts.passwords import has_password
from accounts.user_deletion import is_only_administrator
from accounts.views.confirm import asks_for_fresh_sign_in

PERSON: Final = ("Person", {"fields": ("name", "email", "time_zone", "first_weekday")})
FOR_MANAGERS: Final = (
    (None, {"fields": ("username", "name", "email", "is_active")}),
    ("Dates", {"fields": ("last_login", "date_joined")}),
)
LETS_IN: Final = ("is_active", "is_staff", "is_superuser")  # all of /admin/ needs all three


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not all(cleaned.get(name, True) for name in LETS_IN):
            lock_administrators()
            if is_only_administrator(self.instance):
                raise ValidationError(
                    "Without them nobody could look after the site any more: first make somebody"
                    " else a superuser, active and with staff status."
                )
        return cleaned


class LinkedAccounts(ReadOnlyAdmin, admin.TabularInline):  # type: ignore[type-arg]
    """Read-only list of a user's linked accounts, with links to their own pages."""

    model = AsanaAccount
    verbose_name_plural = "linked accounts"
    fields: ClassVar[Any] = ("gid", "status", "refreshed_at")
    readonly_fields = fields
    show_change_link = True
    extra = 0


@admin.register(User)
class UserAdmin(AuditedAdmin, ConfirmedActionsAdmin, StockUserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("username", "name", "email", "asana_accounts__gid", "asana_accounts__name")
    show_full_result_count = False
    person_field = "pk"
    may_be_asked_about = frozenset({"is_active", "is_staff", "is_superuser", "groups"})
    form = PersonForm
    inlines = (LinkedAccounts,)
    readonly_fields = ("last_login", "date_joined")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "password")}),
        PERSON,
        ("Mail is sent to them …", {"fields": ("mail_about_links", "mail_about_trouble")}),
        (
            "Permissions",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    confirmed_actions = actions.ON_PEOPLE
    about_needs = ("asana_accounts",)

    def about(self, row: User) -> list[str]:
        return [str(account) for account in row.asana_accounts.all()]

    def concerns(self, obj: User) -> tuple[User, None]:
        return obj, None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fieldsets. Permissions and passwords are for superusers only."""
        if obj and not request.user.is_superuser:
            return FOR_MANAGERS
        fieldsets = super().get_fieldsets(request, obj)
        if obj and not (self._changes_own(request, obj) or self._may_set_password(request, obj)):
            return ((None, {"fields": ("username",)}), *fieldsets[1:])
        return fieldsets

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_superuser) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or (obj != request.user and actions.may_end(request, obj)))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for a fresh sign-in: a new person with a password outlives a stolen session."""
        view = asks_for_fresh_sign_in(super().add_view)
        return view(request, *args, **kwargs)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for a fresh sign-in before rights are changed; a person's page may be looked at."""
        view: Any = super().change_view
        if request.method == "POST":
            view = asks_for_fresh_sign_in(view)
        return cast("HttpResponse", view(request, *args, **kwargs))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Save what the form changed, and no older value of anything else.

        The person may have connected their first account meanwhile.
        """
        if change:
            columns = {field.name for field in User._meta.concrete_fields}
            obj.save(update_fields=columns.intersection(form.changed_data))
        else:
            super().save_model(request, obj, form, change)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        """Show the password form for users who never signed in with Asana.

        Whoever set another user's password could sign in as them and read their tasks, also those
        of an account that they connect again. One's own is changed where the old one is asked for:
        a stolen session must not become lasting access. Raises PermissionDenied.
        """
        person = self.get_object(request, unquote(id))
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if person and self._changes_own(request, person):
            return redirect(f"{self.admin_site.name}:password_change")
        if person and not self._may_set_password(request, person):
            raise PermissionDenied("They sign in with Asana, or know their password themselves")
        view = asks_for_fresh_sign_in(super().user_change_password)
        return view(request, id, form_url)

    def _changes_own(self, request: HttpRequest, person: User) -> bool:
        return person == request.user and has_password(person)

    def _may_set_password(self, request: HttpRequest, person: User) -> bool:
        is_others = person != request.user and not person.has_used_asana
        return settings.ADMIN_PASSWORDS and is_others
