import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from social_core.exceptions import SocialAuthBaseException
from social_django.middleware import SocialAuthExceptionMiddleware

from accounts import audit
from accounts.backends import AsanaOpenIdConnect
from accounts.models import AsanaAccount, User
from accounts.oidc.authorization import AuthorizationRequest
from accounts.sign_in import describing, failures, link_failures, pending_action
from accounts.sign_in.failure_page import MixUp, failed_sign_in
from accounts.sign_in.messages import say_signed_in_already, say_too_late
from accounts.sign_in.pipeline import discard_grant
from accounts.time_zones import zone_named

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
RENEW_AFTER: Final = timedelta(days=1)


def sliding_session(get_response: GetResponse) -> GetResponse:
    """Renew sessions that are in use: their 30 days start anew, at most once a day."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            if now - request.session.get("renewed_at", 0) > RENEW_AFTER.total_seconds():
                # `accounts.session_store`'s own; the types know Django's sessions only
                request.session.is_only_renewed = not request.session.modified  # type: ignore[attr-defined]
                request.session["renewed_at"] = now
        return response

    return middleware


def use_time_zone(get_response: GetResponse) -> GetResponse:
    """Activate the user's time zone: what is due today depends on where they are."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        zone = zone_named(user.time_zone if isinstance(user, User) else "")
        with timezone.override(zone):
            return get_response(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Forbid caches and browsers to store pages of signed-in users (ASVS 5.0 14.3.2)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    return middleware


def sign_in_for_htmx(get_response: GetResponse) -> GetResponse:
    """Redirect the whole page to the sign-in if htmx asks for a part of it without a session.

    Otherwise a user who signed out in another tab would get the sign-in page inside the list.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        asks_for_part = "HX-Request" in request.headers
        if asks_for_part and response.get("Location", "").startswith(reverse("accounts:sign_in")):
            return HttpResponseClientRedirect(reverse("accounts:sign_in"))
        return response

    return middleware


class SignInFailureMiddleware(SocialAuthExceptionMiddleware):
    """Middleware that answers a failed sign-in with a page of advice, and logs codes only."""

    def render_error(
        self, request: HttpRequest, exception: SocialAuthBaseException
    ) -> HttpResponse:
        backend = getattr(request, "backend", None)
        if not isinstance(backend, AsanaOpenIdConnect):
            backend = AsanaOpenIdConnect()  # without an authorization request
        failure = describing.describe(exception, backend.authorization.kind)
        logger.warning(
            "Sign-in failed: code=%s stage=%s parameter=%s claim=%s status=%s",
            exception.code,
            exception.stage,
            exception.parameter,
            exception.claim,
            failure.status,
        )
        discard_grant(backend)
        expected = _expected(request, backend.authorization)
        _write_down(request, failure, backend, expected)
        if request.session.modified:  # Django doesn't save it with a 5xx: used states would stay
            with suppress(UpdateError):
                request.session.save()
        if failure.keeps_nothing and not request.user.is_authenticated:
            return _turned_away(request, failure, is_known=backend.found is not None)
        if failure is link_failures.DECLINED:
            waited = pending_action.peek(request.session)
            pending_action.drop(request.session)
            return failed_sign_in(request, failure, back=waited.back if waited else "")
        if failure is failures.SESSION and _is_in_already(request, backend):
            say_signed_in_already(request)
            return redirect("asana_tasks:task_list")
        if exception.code == "state_mismatch" and _is_theirs(request, backend.authorization):
            say_too_late(request)
            return redirect(backend.authorization.retry)
        mix_up = MixUp(expected, backend.came_back_as) if failure.is_mix_up else None
        return failed_sign_in(request, failure, again=backend.authorization.retry, mix_up=mix_up)


def _is_in_already(request: HttpRequest, backend: AsanaOpenIdConnect) -> bool:
    """Tell whether a signed-in user came back by a sign-in that is finished or was not theirs.

    They pressed Back to Asana's page and Allow again, or had a second tab open.
    """
    return request.user.is_authenticated and backend.authorization.kind == "sign_in"


def _is_theirs(request: HttpRequest, authorization: AuthorizationRequest) -> bool:
    """Tell whether a user comes back, too late, from what they began in this session."""
    is_linking = authorization.kind != "sign_in" and authorization.retry
    return bool(is_linking) and authorization.user_id == request.user.pk


def _expected(request: HttpRequest, authorization: AuthorizationRequest) -> AsanaAccount | None:
    """Return the signed-in user's account that the authorization request is about, if any."""
    user = request.user
    return (
        user.asana_accounts.filter(gid=authorization.gid).first()
        if isinstance(user, User)
        else None
    )


def _write_down(
    request: HttpRequest,
    failure: failures.Failure,
    backend: AsanaOpenIdConnect,
    expected: AsanaAccount | None,
) -> None:
    """Write the failure into the audit log.

    For a signed-in user who wanted to connect, reconnect, widen or narrow, it is NOTHING_CHANGED,
    not a refused sign-in.
    """
    user, found, kind = request.user, backend.found, backend.authorization.kind
    if not isinstance(user, User):
        is_stranger = failure.keeps_nothing and found is None
        whose = found.user if found else None
        audit.refused(request, whose, failure.detail, account=found, from_where=not is_stranger)
    elif kind == "sign_in":
        theirs = found if found and found.user == user else None
        audit.refused(request, user, failure.detail, account=theirs, by_anybody=True)
    else:
        audit.record(
            audit.Event.NOTHING_CHANGED,
            user=user,
            account=expected,
            request=request,
            detail=failure.detail,
            detail_args={"wanted": kind},
        )


def _turned_away(
    request: HttpRequest, failure: failures.Failure, *, is_known: bool
) -> HttpResponse:
    """Return the page for somebody who may not sign in, and end their session."""
    response = failed_sign_in(request, failure if is_known else describing.of_a_stranger(failure))
    request.session.flush()
    return response
