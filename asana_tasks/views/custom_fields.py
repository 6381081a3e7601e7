"""Custom fields: whether they are read, for each account.

Nobody knows whether an app with single scopes may read them without `custom_fields:read`. So they
are asked for once (a probe) when a person wants them; only if Asana refuses, the person is led to
Asana's consent page. A refusal is remembered.
"""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from accounts import bulkhead, tokens
from accounts.decorators import signed_in_post
from accounts.models import AsanaAccount
from accounts.sign_in import pending_action
from accounts.typing import SignedInRequest
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, Forbidden
from asana_tasks.models import SyncState
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.custom_fields import want
from asana_tasks.sync.messages import reason_message
from asana_tasks.sync.schedule import make_due
from asana_tasks.sync.status import sync_status_of

CustomFields = SyncState.CustomFields
PAGE = "asana_tasks:custom_fields"


@login_required
@require_safe
def custom_fields(request: SignedInRequest) -> HttpResponse:
    """Show for which accounts custom fields are read."""
    context = {"accounts": sync_status_of(request.user).accounts}
    return render(request, "asana_tasks/custom_fields.html", context)


@signed_in_post
def change_custom_fields(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the custom fields of an account from now on, or delete them and read none."""
    account = get_object_or_404(request.user.asana_accounts, pk=pk)
    if request.POST.get("answer") == "stop":
        want(account, CustomFields.NO)
        _say(request, account, "Custom fields of {} are no longer read, and are deleted here.")
        return redirect(PAGE)
    if not _is_refused(request, account):
        return redirect(PAGE)
    if account.may_read_custom_fields:  # asking for the permission would change nothing
        _note_refusal(request, account)
        return redirect(PAGE)
    what = {"account": account.pk}
    back = reverse(PAGE)
    view = "asana_tasks:resume_custom_fields"
    pending_action.keep(request.session, view=view, back=back, what=what)
    return redirect("accounts:custom_fields", account.pk)


@never_cache
@login_required
@require_GET
def resume(request: SignedInRequest, key: str) -> HttpResponse:
    """Try again after Asana has been asked for the permission."""
    waited = pending_action.pop(request.session, key)
    accounts = request.user.asana_accounts
    account = accounts.filter(pk=waited.what.get("account")).first() if waited else None
    if account is None:
        messages.info(request, "Nothing is waiting to be done any more.")
    elif _is_refused(request, account):
        _note_refusal(request, account)
    return redirect(PAGE)


def _is_refused(request: SignedInRequest, account: AsanaAccount) -> bool:
    """Tell whether Asana refuses custom fields; if it does not, read them from now on.

    Whatever else happens is told in a message, and changes nothing.
    """
    try:
        with bulkhead.slot(client.PAGE_SECONDS):
            _probe(account)
    except bulkhead.MayNotWait as error:
        messages.error(request, str(error))
    except Forbidden:
        return True
    except AsanaError as error:
        messages.error(request, f"{reason_message(error.reason)}.")
    except tokens.NeedsReconnecting:
        _say(request, account, "{} needs reconnecting first.", level=messages.ERROR)
    except tokens.TokenError as error:
        messages.error(request, f"{error}.")
    else:
        want(account, CustomFields.YES)
        make_due(account)
        _say(request, account, "Custom fields of {} come with its next sync.")
    return False


def _probe(account: AsanaAccount) -> None:
    """Ask for a list of custom fields that is short. Raises AsanaError, TokenError."""
    workspace = account.workspaces.filter(is_offered=True, last_error="").first()
    if workspace is None:
        return
    now = timezone.now()
    ask = partial(client.get_custom_fields, completed_since=now, modified_since=now)
    AccountToken(account).call(ask, workspace.gid)


def _note_refusal(request: SignedInRequest, account: AsanaAccount) -> None:
    want(account, CustomFields.REFUSED)
    text = "Asana doesn't let Onelist read custom fields of {}. Everything else works as before."
    _say(request, account, text, level=messages.ERROR)


def _say(
    request: SignedInRequest, account: AsanaAccount, text: str, level: int = messages.SUCCESS
) -> None:
    name = format_html("<bdi>{}</bdi>", account.display_name)
    messages.add_message(request, level, format_html(text, name))
