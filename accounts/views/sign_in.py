from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from social_django import views as social_views
from social_django.utils import load_strategy

from accounts import rate_limits
from accounts.backends import AsanaOpenIdConnect
from accounts.oidc.authorization import AuthorizationRequest
from accounts.sign_in import failures
from accounts.sign_in.failure_page import failed_sign_in
from accounts.typing import SignedInRequest


@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"next": request.GET.get("next", ""), "site_url": settings.SITE_URL}
    return render(request, "accounts/sign_in.html", context)


@require_POST
def begin(request: HttpRequest, backend: str) -> HttpResponse:
    """Redirect to Asana, unless this address has started too many sign-ins."""
    if not rate_limits.sign_in_allowed(request):
        return failed_sign_in(request, failures.TOO_MANY)
    request.session.pop("next", None)  # of an earlier start
    response: HttpResponse = social_views.auth(request, backend)
    return response


@require_GET
def complete(request: HttpRequest, backend: str) -> HttpResponse:
    """Complete a sign-in. Our pipeline never pauses: social-auth finds no token of one that did.

    It would look for any text in the database, and PostgreSQL refuses some.
    """
    query = request.GET.copy()
    query.pop("partial_token", None)
    request.GET = query  # type: ignore[assignment]  # nobody changes it after this
    response: HttpResponse = social_views.complete(request, backend)
    return response


def to_asana(request: SignedInRequest, authorization: AuthorizationRequest) -> HttpResponse:
    request.social_strategy = load_strategy(request)  # type: ignore[no-untyped-call]
    request.backend = AsanaOpenIdConnect(request.social_strategy)
    request.backend.authorization = authorization
    request.session.pop("next", None)  # of an earlier start
    return request.backend.start()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session. For nobody it does nothing: a message would store a session."""
    if request.user.is_authenticated:
        logout(request)
        messages.success(
            request, "You are signed out here. You may still be signed in at Asana in this browser."
        )
    return redirect("accounts:sign_in")


@never_cache
@require_safe
def inactive(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:  # so they are active
        return redirect("asana_tasks:task_list")
    return failed_sign_in(request, failures.INACTIVE)
