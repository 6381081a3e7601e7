"""Sessions in the database, with their user, browser, address and time of last use.

The table is django-qsessions'. Unlike it, we write browser, address and last use to their own
columns only: a request from another address must not write back the session's data as it was when
the request began.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from qsessions.backends.db import SessionStore as QSessionStore
from qsessions.models import Session

from accounts import audit

NOTED_EVERY: Final = timedelta(minutes=5)


class SessionStore(QSessionStore):  # type: ignore[misc]
    row: Session | None = None  # as it was loaded

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = DatabaseSessionStore.load(self)
        return data

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  (Django's signature)
        DatabaseSessionStore.save(self, must_create)

    def _get_session_from_db(self) -> Session | None:
        self.row = super()._get_session_from_db()
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return a row to save.

        A session that was opened by its key, without a request, keeps its browser and address.
        """
        row = super().create_model_instance(data)
        if self.user_agent is None and self.row is not None:
            row.user_agent, row.ip = self.row.user_agent, self.row.ip
        return row

    def note_use(self) -> None:
        """Store when a user's session was last used and from where.

        It is written at once if browser or address are new, else every NOTED_EVERY.
        """
        row, now = self.row, timezone.now()
        if row is None or row.user_id is None or self.modified:
            return
        here = {"user_agent": self.user_agent, "ip": self.ip}
        is_new = any(getattr(row, name) != value for name, value in here.items())
        if is_new or row.updated_at < now - NOTED_EVERY:
            with suppress(OperationalError):  # the database is locked: the next request stores it
                Session.objects.filter(pk=row.pk).update(updated_at=now, **here)


class SessionMiddleware(middleware.SessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        request.session = self.SessionStore(  # type: ignore[call-arg]
            request.COOKIES.get(settings.SESSION_COOKIE_NAME),
            user_agent=audit.browser_of(request),
            ip=audit.address_of(request),
        )

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Redirect to the sign-in if the session was ended during the request: that is no error."""
        try:
            response = super().process_response(request, response)
        except SessionInterrupted:
            if "HX-Request" in request.headers:
                return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
            return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        request.session.note_use()  # type: ignore[attr-defined]
        return response
