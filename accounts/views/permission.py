"""Pages that ask Asana for a wider grant for an account, when it is first needed."""

from typing import Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from accounts import rate_limits
from accounts.decorators import signed_in_form
from accounts.models import AsanaAccount
from accounts.oidc.authorization import AuthorizationRequest, scopes_for
from accounts.sign_in import failures, pending_action
from accounts.sign_in.failure_page import failed_sign_in
from accounts.typing import SignedInRequest
from accounts.views.sign_in import to_asana


@never_cache
@signed_in_form
def permission(request: SignedInRequest, pk: int) -> HttpResponse:
    """Explain why Asana is asked for `tasks:write` (GET); ask it, or drop the action (POST)."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    return _permission(request, account, "widen", is_granted=account.may_write)


@never_cache
@signed_in_form
def custom_fields(request: SignedInRequest, pk: int) -> HttpResponse:
    """Explain why Asana is asked for `custom_fields:read` (GET); ask it, or drop it (POST)."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    is_granted = account.may_read_custom_fields
    return _permission(request, account, "custom_fields", is_granted=is_granted)


def scopes_as_before(account: AsanaAccount, **wider: bool) -> list[str]:
    """Return the scopes to ask for so that no permission is lost, and some are added."""
    before = {
        "writing": account.may_write,
        "custom_fields": "custom_fields:read" in account.scopes,
    }
    return scopes_for(**(before | wider))


def _permission(
    request: SignedInRequest,
    account: AsanaAccount,
    kind: Literal["widen", "custom_fields"],
    *,
    is_granted: bool,
) -> HttpResponse:
    waited = pending_action.peek(request.session)
    after = waited.resume_path if waited else "accounts:account_list"
    if is_granted and not account.needs_reconnecting:
        return redirect(after)
    if request.method != "POST":
        context = {"account": account, "waited": waited}
        return render(request, PAGES[kind], context)
    if request.POST.get("answer") == "no":
        pending_action.drop(request.session)
        return redirect(waited.back if waited else "accounts:account_list")
    if not rate_limits.sign_in_allowed(request):
        return failed_sign_in(request, failures.TOO_MANY, again=request.path)
    wider = {"writing": True} if kind == "widen" else {"custom_fields": True}
    authorization = AuthorizationRequest(
        kind,
        request.user.pk,
        account.gid,
        next=waited.resume_path if waited else "",
        retry=request.path,
        scopes=scopes_as_before(account, **wider),
    )
    return to_asana(request, authorization)


PAGES = {"widen": "accounts/permission.html", "custom_fields": "accounts/custom_fields.html"}
