"""Pages that send a signed-in user to Asana; each says first what is going to happen."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import rate_limits
from accounts.decorators import signed_in_form
from accounts.models import AsanaAccount
from accounts.oidc.authorization import AuthorizationRequest, Kind, scopes_for
from accounts.redirects import next_path
from accounts.sign_in import failures
from accounts.sign_in.failure_page import failed_sign_in
from accounts.typing import SignedInRequest
from accounts.views.confirm import asks_for_fresh_sign_in
from accounts.views.permission import scopes_as_before
from accounts.views.sign_in import to_asana


@never_cache
@signed_in_form
@asks_for_fresh_sign_in
def connect(request: SignedInRequest) -> HttpResponse:
    """Connect another account: the one that is signed in at Asana in this browser."""
    if request.method != "POST":
        known = request.user.asana_accounts.all()
        return render(request, "accounts/connect.html", {"known": known})
    return _go(request, "connect")


@login_required
@require_safe
def connected_already(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show that "Connect" returned an account that the user had connected already."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    return render(request, "accounts/connected_already.html", {"account": account})


@never_cache
@signed_in_form
def reconnect(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask Asana for a new grant for an account, with the same scopes as before."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    if not account.needs_reconnecting:
        text = "<bdi>{}</bdi> works: there is nothing to reconnect."
        messages.info(request, format_html(text, account.display_name))
        return redirect(next_path(request, reverse("accounts:account_list")))
    if request.method != "POST":
        return render(request, "accounts/reconnect.html", {"account": account})
    return _go(request, "reconnect", account, scopes=scopes_as_before(account))


@never_cache
@signed_in_form
def give_up_writing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask Asana for a narrower grant in place of the one that may change tasks."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    if not account.may_write:
        return redirect("accounts:account_list")
    if request.method != "POST" or not account.can_give_up_writing:
        return render(request, "accounts/give_up_writing.html", {"account": account})
    custom_fields = "custom_fields:read" in account.scopes
    return _go(request, "narrow", account, scopes=scopes_for(custom_fields=custom_fields))


def _go(
    request: SignedInRequest,
    kind: Kind,
    account: AsanaAccount | None = None,
    *,
    scopes: list[str] | None = None,
) -> HttpResponse:
    if not rate_limits.sign_in_allowed(request):
        return failed_sign_in(request, failures.TOO_MANY, again=request.path)
    authorization = AuthorizationRequest(
        kind,
        request.user.pk,
        account.gid if account else "",
        next=next_path(request, reverse("accounts:account_list")),
        retry=request.path,
        scopes=scopes or scopes_for(),
    )
    return to_asana(request, authorization)
