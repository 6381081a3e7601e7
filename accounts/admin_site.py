"""The site at `/admin/`: its first page and its password form."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts import audit, health, messages, rate_limits
from accounts.codes import Detail

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


class AdminSite(admin.AdminSite):
    login_form = PasswordForm
    site_header = site_title = "Onelist administration"
    index_title = "Is everything all right?"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the health of the site to users with MAY_SEE_HEALTH, and Django's page to others."""
        if any(request.user.has_perm(name) for name in MAY_SEE_HEALTH):
            extra_context = {"health": health.look(), **(extra_context or {})}
        else:
            extra_context = {"title": "Administration", **(extra_context or {})}
        return super().index(request, extra_context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Limit the passwords that one address may try, for whatever username."""
        if request.method == "POST" and not rate_limits.password_allowed(request):
            return self._too_many(request)
        return super().login(request, extra_context)

    def _too_many(self, request: HttpRequest) -> HttpResponse:
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
