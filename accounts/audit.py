"""The audit log: entries for the user and for administrators (ASVS 5.0 V16)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import mails
from accounts.codes import Detail, Problem
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.printable import one_line
from accounts.rate_limits import client_address

Event = AuditEntry.Event
By = AuditEntry.By
COUNTED_FOR: Final = timedelta(days=1)


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
    counted: bool = False,
    from_where: bool = True,
) -> None:
    """Write an entry into the audit log, and send the mail about it if the user wants one.

    `user`: whose history it belongs to; the account's user by default.
    `request`: tells who did it and, unless `from_where` is False, from where. Without a request it
    was the site itself.
    `actor`: who did it, if the request doesn't know yet.
    `once_in`: write nothing if an equal entry was written within this time.
    `counted`: count it in an equal entry that is less than a day old, if there is one.
    """
    if user is None and account is not None:
        user = account.user
    actor = actor or _actor(request)
    entry = _entry(
        event,
        user,
        actor,
        request,
        account_gid=account.gid if account else "",
        account_name=one_line(account.asana_name if account else account_name, 255),
        detail=detail or "",
        detail_args=_printable(detail_args or {}),
        fingerprint=fingerprint,
    )
    if not from_where:
        entry.address, entry.browser = None, ""
    if once_in is not None and _said_within(once_in, entry):
        return
    if counted and _counted(entry):
        return
    if mails.is_wanted(entry):
        entry.mail_due_at = entry.at
    entry.save()
    if entry.mail_due_at:
        transaction.on_commit(lambda: mails.send_now(entry.pk))


def record_for_all(
    event: AuditEntry.Event, people: Iterable[User], *, request: HttpRequest, detail: Detail | None
) -> None:
    """Write the same entry into the histories of several users, without mails, in few queries."""
    actor = _actor(request)
    entries = [_entry(event, user, actor, request, detail=detail or "") for user in people]
    AuditEntry.objects.bulk_create(entries, batch_size=500)


def _entry(
    event: AuditEntry.Event,
    user: User | None,
    actor: User | None,
    request: HttpRequest | None,
    **more: Any,
) -> AuditEntry:
    return AuditEntry(
        event=event,
        user=user,
        by=_by(request, actor, user),
        actor=actor,
        address=address_of(request) if request else None,
        browser=browser_of(request) if request else "",
        **more,
    )


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
    Passwords are counted: anybody may try them for any name, from many addresses.
    """
    is_password = why is Detail.WITH_PASSWORD
    record(
        Event.SIGN_IN_REFUSED,
        user=user,
        account=account,
        request=request,
        detail=why,
        once_in=timedelta(minutes=1) if (by_anybody or not user) and not is_password else None,
        counted=is_password,
        from_where=from_where,
    )


def deeds_of(user: User) -> QuerySet[AuditEntry]:
    """Return what a user did as an administrator. It outlives them, until AUDIT_DAYS have passed.

    Some of it stands in their own history: what they exported, changed of themselves, or did to
    what has no person.
    """
    own = Q(user=user, event__in=(Event.CHANGED, Event.LOG_EXPORTED))
    return AuditEntry.objects.filter(Q(by=By.ADMINISTRATOR) | own, actor=user)


def keep_deeds_of(user: User) -> None:
    """Prepare what a user did as an administrator for their deletion."""
    deeds = deeds_of(user)
    names = (user.name, user.get_username())
    actor_name = one_line(" · ".join(filter(None, names)), 255)
    own = deeds.filter(user=user)
    own.update(user=None, by=By.ADMINISTRATOR, account_gid="", account_name="")
    deeds.update(actor_name=actor_name)


def address_of(request: HttpRequest) -> str | None:
    try:
        ip = ip_address(client_address(request))
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
    return By.PERSON if actor == user else By.ADMINISTRATOR


def _said_within(time: timedelta, entry: AuditEntry) -> bool:
    same = ("event", "user", "account_gid", "by", "actor", "address", "detail", "detail_args")
    known = AuditEntry.objects.filter(at__gt=timezone.now() - time)
    return known.filter(**{name: getattr(entry, name) for name in same}).exists()


def _counted(entry: AuditEntry) -> bool:
    """Count an entry in an equal one that began less than COUNTED_FOR ago, if there is one.

    That one then tells time, address and browser of the last event, and in `detail_args` how many
    there were and when the first was. Without a user, only the same address counts as equal.
    """
    same = ["event", "user", "account_gid", "by", "actor", "detail"]
    same += [] if entry.user else ["address"]
    known = AuditEntry.objects.filter(**{name: getattr(entry, name) for name in same})
    with transaction.atomic():
        begun = known.filter(at__gt=entry.at - COUNTED_FOR).select_for_update(of=("self",))
        counting = begun.order_by("-at", "-pk").first()
        if counting is None:
            return False
        first = counting.detail_args.get("first", counting.at.isoformat())
        if datetime.fromisoformat(first) <= entry.at - COUNTED_FOR:
            return False
        number = counting.detail_args.get("times", 1) + 1
        counting.detail_args = {**entry.detail_args, "times": number, "first": first}
        counting.at, counting.address, counting.browser = entry.at, entry.address, entry.browser
        counting.save(update_fields=["detail_args", "at", "address", "browser"])
    return True


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value, 255)
    if isinstance(value, Mapping):
        return {name: _printable(each) for name, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list) else value
