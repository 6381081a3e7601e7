"""The audit log: entries for the user and for administrators (ASVS 5.0 V16)."""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import mails
from accounts.codes import Detail, Problem
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.printable import one_line
from accounts.rate_limits import client_address

Event = AuditEntry.Event
By = AuditEntry.By


def record(  # noqa: PLR0913
    event: AuditEntry.Event,
    *,
    user: User | None = None,
    account: AsanaAccount | None = None,
    account_name: str = "",
    actor: User | None = None,
    request: HttpRequest | None = None,
    detail: Detail | Problem | None = None,
    detail_args: Mapping[str, Any] | None = None,
    fingerprint: str = "",
    once_in: timedelta | None = None,
    from_where: bool = True,
) -> None:
    """Write an entry into the audit log, and send the mail about it if the user wants one.

    `user`: whose history it belongs to; the account's user by default.
    `request`: tells who did it and, unless `from_where` is False, from where. Without a request it
    was the site itself.
    `actor`: who did it, if the request doesn't know yet.
    `once_in`: write nothing if an equal entry was written within this time.
    """
    if user is None and account is not None:
        user = account.user
    actor = actor or _actor(request)
    entry = AuditEntry(
        event=event,
        user=user,
        account_gid=account.gid if account else "",
        account_name=one_line(account.asana_name if account else account_name, 255),
        by=_by(request, actor, user),
        actor=actor,
        address=address_of(request) if request and from_where else None,
        browser=browser_of(request) if request and from_where else "",
        detail=detail or "",
        detail_args=_printable(detail_args or {}),
        fingerprint=fingerprint,
    )
    if once_in is not None and _said_within(once_in, entry):
        return
    if mails.is_wanted(event, user):
        entry.mail_due_at = entry.at
    entry.save()
    if entry.mail_due_at:
        transaction.on_commit(lambda: mails.send_now(entry.pk))


def refused(  # noqa: PLR0913
    request: HttpRequest,
    user: User | None,
    why: Detail,
    *,
    account: AsanaAccount | None = None,
    from_where: bool = True,
    by_anybody: bool = False,
) -> None:
    """Record a refused sign-in.

    Equal entries are written at most once a minute if they have no user, or if they are
    `by_anybody`: an unknown person can cause the former, and a link that a user opens the latter.
    """
    record(
        Event.SIGN_IN_REFUSED,
        user=user,
        account=account,
        request=request,
        detail=why,
        once_in=timedelta(minutes=1) if by_anybody or not user else None,
        from_where=from_where,
    )


def address_of(request: HttpRequest) -> str | None:
    try:
        ip = ip_address(client_address(request).partition("%")[0])
        return str(getattr(ip, "ipv4_mapped", None) or ip)
    except ValueError:  # a proxy may send "unknown"
        return None


def browser_of(request: HttpRequest) -> str:
    return one_line(request.headers.get("User-Agent", ""), 300)


def _actor(request: HttpRequest | None) -> User | None:
    user = getattr(request, "user", None)  # a request made by a test or in a shell may have none
    return user if isinstance(user, User) else None


def _by(request: HttpRequest | None, actor: User | None, user: User | None) -> AuditEntry.By:
    if request is None:
        return By.SITE
    if actor is None:
        return By.SOMEBODY
    return By.PERSON if user is None or actor == user else By.ADMINISTRATOR


def _said_within(time: timedelta, entry: AuditEntry) -> bool:
    same = ("event", "user", "account_gid", "by", "actor", "address", "detail", "detail_args")
    known = AuditEntry.objects.filter(at__gt=timezone.now() - time)
    return known.filter(**{name: getattr(entry, name) for name in same}).exists()


def _printable(args: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: one_line(value, 255) if isinstance(value, str) else value
        for name, value in args.items()
    }
