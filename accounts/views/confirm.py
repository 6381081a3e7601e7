"""The page that asks for a fresh sign-in before something that lasts, and its three ways."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import audit, fresh_sign_in, mails, rate_limits
from accounts.codes import Detail
from accounts.decorators import signed_in_post
from accounts.models import AuditEntry, User
from accounts.oidc.authorization import AuthorizationRequest
from accounts.passwords import has_password
from accounts.redirects import next_path
from accounts.sign_in import failures
from accounts.sign_in.failure_page import failed_sign_in
from accounts.typing import SignedInRequest
from accounts.views.sign_in import to_asana

View = Callable[..., HttpResponse]
AGAIN: Final = timedelta(minutes=5)


def asks_for_fresh_sign_in(view: View) -> View:
    """Show the page that asks for a fresh sign-in, instead of the view, if the last one is old."""

    @wraps(view)
    def asked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if fresh_sign_in.is_fresh(request):
            return view(request, *args, **kwargs)
        return _page(request, request.path, status=403 if request.method == "POST" else 200)

    return asked


def or_proof_by_mail(view: View) -> View:
    """Accept the proof in the link of a mail, too, for who has no account left that works."""
    asking = asks_for_fresh_sign_in(view)

    @wraps(view)
    def asked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proof = request.GET.get("proof", "")
        if _has_no_way(request.user) and fresh_sign_in.is_proof(proof, request.user):
            return view(request, *args, **kwargs)
        return asking(request, *args, **kwargs)

    return asked


@signed_in_post
def confirm(request: SignedInRequest) -> HttpResponse:
    """Confirm by a password or by a round through Asana; then go to the page `next`."""
    path = next_path(request, reverse("accounts:account_list"))
    if "password" in request.POST and has_password(request.user):
        return _confirm_by_password(request, path)
    if not rate_limits.sign_in_allowed(request):
        return failed_sign_in(request, failures.TOO_MANY, again=path)
    authorization = AuthorizationRequest("confirm", request.user.pk, next=path, retry=path)
    return to_asana(request, authorization)


@signed_in_post
def mail_proof(request: SignedInRequest) -> HttpResponse:
    """Send a mail with a link to the page that deletes the user, if nothing else is left."""
    if _has_no_way(request.user) and mails.can_reach(request.user):
        audit.record(
            AuditEntry.Event.DELETION_ASKED, user=request.user, request=request, once_in=AGAIN
        )
        messages.success(request, "A mail is on its way to you. Its link works for 30 minutes.")
    return redirect("accounts:my_data")


def _confirm_by_password(request: SignedInRequest, path: str) -> HttpResponse:
    if not rate_limits.password_allowed(request):
        return failed_sign_in(request, failures.TOO_MANY, again=path)
    name, password = request.user.get_username(), request.POST["password"]
    if authenticate(request, username=name, password=password) != request.user:
        return _page(request, path, status=403, is_wrong=True)
    fresh_sign_in.renew(request)
    audit.record(
        AuditEntry.Event.CONFIRMED, user=request.user, request=request, detail=Detail.WITH_PASSWORD
    )
    return redirect(path)


def _has_no_way(user: User) -> bool:
    return not (user.asana_accounts.connected().exists() or has_password(user))


def _page(
    request: SignedInRequest, path: str, *, status: int, is_wrong: bool = False
) -> HttpResponse:
    may_leave = path == reverse("accounts:delete_person") and _has_no_way(request.user)
    context = {
        "next": path,
        "accounts": request.user.asana_accounts.all(),
        "has_password": has_password(request.user),
        "is_wrong": is_wrong,
        "may_leave": may_leave,
        "can_mail": may_leave and mails.can_reach(request.user),
    }
    response = render(request, "accounts/confirm.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
