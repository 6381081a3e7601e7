from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from accounts import rate_limits
from accounts.decorators import signed_in_form
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
    waited = pending_action.peek(request.session)
    after = waited.resume_path if waited else "accounts:account_list"
    if account.may_write and not account.needs_reconnecting:
        return redirect(after)
    if request.method != "POST":
        context = {"account": account, "waited": waited}
        return render(request, "accounts/permission.html", context)
    if request.POST.get("answer") == "no":
        pending_action.drop(request.session)
        return redirect(waited.back if waited else "accounts:account_list")
    if not rate_limits.sign_in_allowed(request):
        return failed_sign_in(request, failures.TOO_MANY, again=request.path)
    authorization = AuthorizationRequest(
        "widen",
        request.user.pk,
        account.gid,
        next=waited.resume_path if waited else "",
        retry=request.path,
        scopes=scopes_for(writing=True),
    )
    return to_asana(request, authorization)
