"""Writing down what happened, for the person and for administrators (ASVS 5.0 V16)."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Final

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import mails
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.rate_limits import client_address

WITH_A_PASSWORD: Final = "With a password"  # noqa: S105
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
    detail: str = "",
    fingerprint: str = "",
    once_in: timedelta | None = None,
    from_where: bool = True,
) -> None:
    """`user`: in whose history; the account's owner unless given.

    `request`: who did it and, unless that is not to be kept, `from_where`; without one it was the
    site itself. `actor`: who did it, where the request doesn't know yet. `once_in`: not again
    within that time, if the entry would say the same.
    """
    if user is None and account is not None:
        user = account.user
    actor = actor or _actor(request)
    entry = AuditEntry(
        event=event,
        user=user,
        account_gid=account.gid if account else "",
        account_name=_one_line(account.asana_name if account else account_name, 255),
        by=_by(request, actor, user),
        actor=actor,
        address=address(request) if request and from_where else None,
        browser=browser(request) if request and from_where else "",
        detail=_one_line(detail, 255),
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
    why: str,
    *,
    account: AsanaAccount | None = None,
    from_where: bool = True,
    by_anybody: bool = False,
) -> None:
    """A sign-in. Anybody can make entries about nobody, and `by_anybody` those about somebody who
    opens an address: those that say the same, once a minute."""
    record(
        Event.SIGN_IN_REFUSED,
        user=user,
        account=account,
        request=request,
        detail=why,
        once_in=timedelta(minutes=1) if by_anybody or not user else None,
        from_where=from_where,
    )


def address(request: HttpRequest) -> str | None:
    try:
        ip = ip_address(client_address(request).partition("%")[0])
        return str(getattr(ip, "ipv4_mapped", None) or ip)
    except ValueError:  # a proxy may say "unknown"
        return None


def browser(request: HttpRequest) -> str:
    return _one_line(request.headers.get("User-Agent", ""), 300)


def _actor(request: HttpRequest | None) -> User | None:
    user = getattr(request, "user", None)  # Django's own log-in in tests and shells has none
    return user if isinstance(user, User) else None


def _by(request: HttpRequest | None, actor: User | None, user: User | None) -> AuditEntry.By:
    if request is None:
        return By.SITE
    if actor is None:
        return By.SOMEBODY
    return By.PERSON if user is None or actor == user else By.ADMINISTRATOR


def _said_within(time: timedelta, entry: AuditEntry) -> bool:
    same = ("event", "user", "account_gid", "by", "actor", "address", "detail")
    known = AuditEntry.objects.filter(at__gt=timezone.now() - time)
    return known.filter(**{name: getattr(entry, name) for name in same}).exists()


def _one_line(text: str, length: int) -> str:
    """Printable, so that nobody can write a second line (ASVS 5.0 16.4.1)."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:length]
