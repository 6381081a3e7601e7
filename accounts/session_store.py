"""Sessions in the database, with their user, browser, address and time of last use.

The table is django-qsessions'. Unlike it, we write browser, address and last use to their own
columns only: a request from another address must not write back the session's data as it was when
the request began.
"""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from qsessions.backends.db import SessionStore as QSessionStore
from qsessions.models import Session

from accounts import audit
from accounts.database import brief_wait
from accounts.outage import can_be_left_out, is_outage

NOTED_EVERY: Final = timedelta(minutes=5)


class SessionStore(QSessionStore):  # type: ignore[misc]
    row: Session | None = None  # as it was loaded
    is_only_renewed = False  # what is to be saved may also be saved with the next request

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = DatabaseSessionStore.load(self)
        return data

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  (Django's signature)
        """Save the session.

        Raises what the database says if it is down, locked or full: Django takes that for a
        session that was ended meanwhile, and its user for signed out.
        """
        try:
            DatabaseSessionStore.save(self, must_create)
        except UpdateError as error:
            if isinstance(error.__context__, DatabaseError) and is_outage(error.__context__):
                raise error.__context__ from error.__context__.__cause__
            raise

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
            with can_be_left_out():
                Session.objects.filter(pk=row.pk).update(updated_at=now, **here)


class SessionMiddleware(middleware.SessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        request.session = self.SessionStore(  # type: ignore[call-arg]
            request.COOKIES.get(settings.SESSION_COOKIE_NAME),
            user_agent=audit.browser_of(request),
            ip=audit.address_of(request),
        )

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session.

        A page that was only read is shown also if its session can't be saved: what that would have
        stored, such as a renewal, comes with the next request. If the session was ended during the
        request, redirect to the sign-in: that is no error.
        """
        only_read = _is_only_read(request, response)
        try:
            with brief_wait() if only_read else nullcontext():
                response = super().process_response(request, response)
        except SessionInterrupted:
            if "HX-Request" in request.headers:
                return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
            return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        except DatabaseError as error:
            if not (only_read and is_outage(error)):
                raise
            patch_vary_headers(response, ("Cookie",))
        if response.status_code >= 500:
            return response
        request.session.note_use()  # type: ignore[attr-defined]
        return response


def _is_only_read(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether a page was shown to a session that existed before, and still has its key.

    A redirect may have done something; it counts if it changed nothing of the session's own.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    is_known = key is not None and key == request.session.session_key
    # ours, above; the types know Django's sessions only
    is_page = response.status_code == 200 or request.session.is_only_renewed  # type: ignore[attr-defined]
    return request.method in {"GET", "HEAD"} and is_known and is_page
