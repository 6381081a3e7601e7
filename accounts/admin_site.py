"""The site at `/admin/`: its first page, its password form and the length of its searches."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from django.conf import settings
from django.contrib import admin
from django.contrib import messages as told
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts import audit, health, messages, rate_limits
from accounts.codes import Detail
from accounts.models import AuditEntry, User
from accounts.passwords import has_password

Event = AuditEntry.Event
SEARCHES: Final = ("q", "term")  # the parameters of lists, and of fields that complete a name
MAX_SEARCH: Final = 200  # databases refuse the conditions of a thousand words, and huge patterns
MAY_SEE_HEALTH = ("accounts.look_after", "accounts.view_asanaaccount")


class PasswordForm(AdminAuthenticationForm):
    def confirm_login_allowed(self, user: Any) -> None:
        """Refuse users who aren't on the staff, and record it.

        Django sends no signal if the password was right. Raises ValidationError.
        """
        try:
            super().confirm_login_allowed(user)
        except ValidationError:
            if self.request is not None:
                audit.refused(self.request, user, Detail.WITH_PASSWORD)
            raise


def refuse_long_searches(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view refuse searches of over MAX_SEARCH letters, and say so on the whole list."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if any(len(request.GET.get(name, "")) > MAX_SEARCH for name in SEARCHES):
            told.error(request, f"Search for at most {MAX_SEARCH} letters. This is the whole list.")
            return redirect(request.path)
        return view(request, *args, **kwargs)

    return checked


class Autocomplete(AutocompleteJsonView):
    """The choices of a field: searching them is looking, as in a list."""

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        note = getattr(self.model_admin, "note_searched", None)
        if self.term and note is not None:
            note(self.request, rows)
        return rows


class AdminSite(admin.AdminSite):
    login_form = PasswordForm
    site_header = site_title = "Onelist administration"
    index_title = "Is everything all right?"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        return super().admin_view(refuse_long_searches(view), cacheable)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the health of the site to users with MAY_SEE_HEALTH, and Django's page to others."""
        if any(request.user.has_perm(name) for name in MAY_SEE_HEALTH):
            extra_context = {"health": health.read_health(), **(extra_context or {})}
        else:
            extra_context = {"title": "Administration", **(extra_context or {})}
        return super().index(request, extra_context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Limit the passwords that one address may try, for whatever username.

        Raises PermissionDenied for any if passwords are switched off.
        """
        extra_context = {"passwords": settings.ADMIN_PASSWORDS, **(extra_context or {})}
        if request.method == "POST" and not settings.ADMIN_PASSWORDS:
            raise PermissionDenied
        if request.method == "POST" and not rate_limits.password_allowed(request):
            return self._too_many(request)
        return super().login(request, extra_context)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Autocomplete.as_view(admin_site=self)(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Limit the old passwords that one address may try, and record what came of it.

        Raises PermissionDenied for users without a password.
        """
        if not has_password(cast("User", request.user)):
            raise PermissionDenied
        if request.method == "POST" and not rate_limits.password_allowed(request):
            return self._too_many(request)
        response = super().password_change(request, extra_context)
        if request.method == "POST":
            self._note_change(request, response)
        return response

    def _note_change(self, request: HttpRequest, response: HttpResponse) -> None:
        person = cast("User", request.user)
        form = getattr(response, "context_data", {}).get("form")
        if form is None:  # a redirect to the page that says that it is done
            audit.record(Event.PASSWORD_CHANGED, user=person, request=request)
        elif "old_password" in form.errors:
            audit.record(
                Event.NOTHING_CHANGED,
                user=person,
                request=request,
                detail=Detail.OLD_PASSWORD_WRONG,
                counted=True,
            )

    def _too_many(self, request: HttpRequest) -> TemplateResponse:
        seconds = rate_limits.password_wait(request)
        context = {
            **self.each_context(request),
            "title": "Too many passwords from here",
            "wait": messages.waiting_time(seconds),
        }
        return TemplateResponse(
            request,
            "admin/too_many.html",
            context,
            status=429,
            headers={"Retry-After": str(seconds), "Cache-Control": "no-store"},
        )

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Return none: actions of administrators are in our audit log.

        Unlike Django's, it doesn't keep the names of deleted users.
        """
        return LogEntry.objects.none()
