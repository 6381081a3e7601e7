"""Pages of the user's linked accounts: list, label and colour, disconnecting."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.decorators import signed_in_form, signed_in_post
from accounts.disconnect import LastWayIn, disconnect_account, is_last_way_in
from accounts.forms import LabelForm
from accounts.models import AsanaAccount
from accounts.sign_in.messages import say_disconnected
from accounts.typing import SignedInRequest
from accounts.views.confirm import asks_for_fresh_sign_in


@login_required
@require_safe
def account_list(request: SignedInRequest) -> HttpResponse:
    accounts = request.user.asana_accounts.select_related("sync_state").prefetch_related(
        "workspaces"
    )
    context = {
        "accounts": accounts,
        "revocations": request.user.revocations.all(),
        "still_linked": {tokens.account_hash(account.gid) for account in accounts},
        "colours": AsanaAccount.Colour.choices,
        "now": timezone.now(),
    }
    return render(request, "accounts/account_list.html", context)


@signed_in_post
def label(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save the user's label and colour for an account."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    form = LabelForm(request.POST)
    if form.is_valid():
        # No other fields: the tokens may be refreshed at the same time.
        AsanaAccount.objects.filter(pk=account.pk).update(**form.cleaned_data)
        messages.success(request, "Saved.")
    else:
        messages.error(request, form.trouble)
    return redirect("accounts:account_list")


@never_cache
@signed_in_form
@asks_for_fresh_sign_in
def disconnect(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for confirmation (GET), then disconnect and revoke (POST), with a message about both."""
    if request.method == "POST":
        account = request.user.asana_accounts.filter(pk=pk).first()
        return _disconnect(request, account) if account else _gone(request)
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    if is_last_way_in(account):
        return _last_way_in(request, account)
    return render(request, "accounts/disconnect.html", {"account": account})


def _disconnect(request: SignedInRequest, account: AsanaAccount) -> HttpResponse:
    try:
        outcome = disconnect_account(account, request)
    except ObjectDoesNotExist:
        return _gone(request)
    except LastWayIn:
        return _last_way_in(request, account, status=409)
    say_disconnected(request, account, outcome)
    return redirect("accounts:account_list")


def _gone(request: SignedInRequest) -> HttpResponse:
    """Redirect to the list with a message that the account is gone.

    The button was pressed twice or in two tabs, or the user was deleted meanwhile.
    """
    messages.info(request, "That account isn't connected here any more.")
    return redirect("accounts:account_list")


def _last_way_in(
    request: SignedInRequest, account: AsanaAccount, *, status: int = 200
) -> HttpResponse:
    others = request.user.asana_accounts.exclude(pk=account.pk)
    is_limited = bool(settings.ALLOWED_WORKSPACES)
    context = {"account": account, "others": others, "is_limited": is_limited}
    return render(request, "accounts/last_way_in.html", context, status=status)
