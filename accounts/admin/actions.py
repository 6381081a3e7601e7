"""Actions of administrators on linked accounts and on users."""

from typing import Final

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts import audit, messages, sessions, tokens
from accounts.admin import outcomes
from accounts.admin.confirmed import ConfirmedAction, NotDone
from accounts.codes import Detail, Problem
from accounts.disconnect import disconnect_account
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.user_deletion import OnlyAdministrator, delete_user


def may_end(request: HttpRequest, person: User) -> bool:
    """Tell whether an administrator may end the sessions of a user, or disconnect or delete them.

    Only superusers may do so to members of the staff.
    """
    return bool(request.user.is_superuser) or not (person.is_staff or person.is_superuser)


def refresh(request: HttpRequest, account: AsanaAccount) -> str:
    """Refresh the token of an account; the staff's too: nobody loses anything by it.

    Raises NotDone.
    """
    try:
        tokens.refresh_now(account)
    except tokens.NeedsReconnecting as error:
        raise NotDone(f"It needs reconnecting: {error}") from error
    except tokens.TryLater as error:
        seconds = error.retry_after and messages.waiting_time(error.retry_after)
        wait = f". Asana asks to wait {seconds}" if seconds else ""
        raise NotDone(f"{error}{wait}") from error
    _changed(request, account, Detail.TOKEN_REFRESHED)
    return "Token refreshed"


def mark(request: HttpRequest, account: AsanaAccount) -> str:
    _check(request, account.user)
    if account.needs_reconnecting:
        raise NotDone("It needs reconnecting already")
    tokens.mark_needs_reconnecting(account, Problem.ASKED_BY_ADMINISTRATOR)
    _changed(request, account, Detail.MARKED)
    return "Marked: its person is asked to reconnect it"


def disconnect(request: HttpRequest, account: AsanaAccount) -> str:
    _check(request, account.user)
    try:
        outcome = disconnect_account(account, request, even_the_last=True)
    except ObjectDoesNotExist as error:
        raise NotDone("It is not there any more") from error
    return f"Disconnected; {outcomes.of_one(outcome)}"


def end_sessions_of(request: HttpRequest, person: User) -> str:
    _check(request, person)
    count = sessions.end_all(person)
    detail = Detail.EVERYWHERE if count else Detail.NOWHERE
    audit.record(AuditEntry.Event.SESSION_ENDED, user=person, request=request, detail=detail)
    return ngettext("%d session ended", "%d sessions ended", count) % count


def end_sessions(request: HttpRequest, account: AsanaAccount) -> str:
    return end_sessions_of(request, account.user)


def delete_person(request: HttpRequest, person: User) -> str:
    if person == request.user:
        raise NotDone("You can't delete yourself here; use My data on the site")
    _check(request, person)
    try:
        left = delete_user(person, request)
    except User.DoesNotExist as error:
        raise NotDone("Nobody of that name is there any more") from error
    except OnlyAdministrator as error:
        raise NotDone("Without them nobody could look after the site any more") from error
    counts = tokens.revoke_by_account(left)
    return f"Deleted; {outcomes.of_several(counts)}"


def _check(request: HttpRequest, person: User) -> None:
    """Raise NotDone, with the reason, unless `may_end`."""
    if may_end(request, person):
        return
    if person == request.user:
        page = settings.SITE_URL + reverse("accounts:account_list")
        raise NotDone(f"Your own accounts and sessions you look after yourself, at {page}")
    raise NotDone("Only a superuser may do that to somebody on the staff")


def _changed(request: HttpRequest, account: AsanaAccount, detail: Detail) -> None:
    audit.record(AuditEntry.Event.CHANGED, account=account, request=request, detail=detail)


def linked_by(person: User) -> SafeString:
    username = person.get_username()
    if not person.name:
        return format_html("linked by <bdi>{}</bdi>", username)
    return format_html("linked by <bdi>{}</bdi> (<bdi>{}</bdi>)", person.name, username)


DISCONNECTING: Final = (
    "Its tokens and tasks are deleted here at once, even if it is the person's only way to sign in."
    " Then Asana is asked to revoke the access; if it doesn't answer, that is tried again for a"
    " week."
)
ON_ACCOUNTS: Final = [
    ConfirmedAction(
        "refresh", "Refresh token now", "Asana is asked for a new access token.", refresh
    ),
    ConfirmedAction(
        "mark",
        "Mark as needing reconnection",
        "It is no longer used until its person has connected it again. Tasks stay as they are.",
        mark,
    ),
    ConfirmedAction(
        "disconnect", "Revoke and disconnect", DISCONNECTING, disconnect, dangerous=True
    ),
    ConfirmedAction(
        "end-sessions",
        "End the person's sessions",
        "The person is signed out everywhere.",
        end_sessions,
    ),
    ConfirmedAction(
        "delete",
        "Delete",
        DISCONNECTING,
        disconnect,
        permission="accounts.delete_asanaaccount",
        on_list=False,
        deletes=True,
        dangerous=True,
    ),
]
ON_PEOPLE: Final = [
    ConfirmedAction(
        "end-sessions",
        "End the person's sessions",
        "The person is signed out everywhere.",
        end_sessions_of,
    ),
    ConfirmedAction(
        "delete",
        "Delete with everything they have here",
        "The person, their linked accounts and all that is kept for them are deleted at once, and"
        " their sessions end. Then Asana is asked to revoke the access to each account; if it"
        " doesn't answer, that is tried again for a week.",
        delete_person,
        permission="accounts.delete_user",
        deletes=True,
        dangerous=True,
    ),
]
