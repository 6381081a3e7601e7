"""Mails about linked accounts. `mail_due_at` of an audit entry says when its mail is due.

Sending is tried right after the commit, then again by housekeeping, for a day. Once it is sent,
`mail_due_at` is empty.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import fresh_sign_in, messages, user_agents
from accounts.models import AuditEntry, User
from accounts.printable import one_line
from accounts.time_zones import zone_named

logger = logging.getLogger(__name__)

PAUSE: Final = timedelta(minutes=5)  # longer than sending takes: nobody else sends it then
GIVE_UP_AFTER: Final = timedelta(days=1)
TROUBLE: Final = "mail-server-in-trouble"
PERMANENTLY: Final = 500  # RFC 5321 4.2.1: codes that begin with 4 may be tried again
NAME_LENGTH: Final = 80
Event = AuditEntry.Event
ALWAYS: Final = {Event.CONNECTED, Event.DELETION_ASKED}
SWITCHES: Final = {
    Event.DISCONNECTED: "mail_about_links",
    Event.NEEDS_RECONNECTING: "mail_about_trouble",
    Event.RECONNECTED: "mail_about_trouble",
}


def is_wanted(entry: AuditEntry) -> bool:
    """Tell whether a mail is sent about an entry.

    Nobody can switch off those that would tell them of a thief, who could do so first.
    """
    user, event = entry.user, Event(entry.event)
    if user is None or not user.is_active or not can_reach(user):
        return False
    if event == Event.SIGNED_IN:
        return bool(entry.detail_args.get("new_browser"))
    return event in ALWAYS or (event in SWITCHES and getattr(user, SWITCHES[event]))


def can_reach(user: User) -> bool:
    return settings.SENDS_MAIL and has_address(user)


def has_address(user: User) -> bool:
    try:
        validate_email(user.email)
    except ValidationError:
        return False
    return True


def send_now(pk: int) -> None:
    """Send the mail of an entry, unless the mail server has just failed.

    Errors are logged, not raised: the user is waiting for a page.
    """
    try:
        if not cache.get(TROUBLE):
            _send(pk)
    except Exception:  # the action itself is committed; housekeeping tries again
        logger.exception("A mail could not be sent at once")


def send_due() -> int:
    """Send all mails that are due; return their number. Stop at the first mail server error."""
    due = AuditEntry.objects.filter(mail_due_at__lte=timezone.now())
    count = 0
    for pk in list(due.order_by("mail_due_at", "pk").values_list("pk", flat=True)):
        try:
            count += _send(pk)
        except (OSError, SMTPException):
            break
    return count


def _send(pk: int) -> bool:
    """Send the mail of an entry, unless another process does; tell whether it was sent.

    1. Claim the entry by moving `mail_due_at` ahead by PAUSE; return False if it isn't due.
    2. Give up a mail that is a day late, is not wanted any more, or is overtaken by later events.
    3. Send it. If its recipient is refused for now, it stays due.
    4. Empty `mail_due_at`.

    Raises OSError, SMTPException.
    """
    now = timezone.now()
    waiting = AuditEntry.objects.filter(pk=pk, mail_due_at__lte=now)
    if not waiting.update(mail_due_at=now + PAUSE):
        return False
    entry = AuditEntry.objects.select_related("user").filter(pk=pk).first()
    if entry is None or entry.user is None:
        return False
    is_late = entry.at < now - GIVE_UP_AFTER
    if is_late:
        logger.warning("A mail is given up: nobody took it for a day")
    sent = not is_late and is_wanted(entry) and not _is_overtaken(entry)
    if sent and not _was_sent(mail_for(entry, entry.user)):
        return False
    AuditEntry.objects.filter(pk=pk).update(mail_due_at=None)
    return sent


def _was_sent(mail: EmailMessage) -> bool:
    """Send a mail; return False if it should be tried again because its recipient is refused now.

    Return True also for a recipient who is refused permanently, and for an address that can't be
    written in SMTP: trying again is of no use. Raises OSError, SMTPException if the mail server
    fails for all mails.
    """
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        logger.warning("The mail server refuses a recipient")
        codes = [code for code, _ in error.recipients.values()]
        return bool(codes) and min(codes) >= PERMANENTLY
    except UnicodeError:
        logger.warning("A mail address cannot be written as mail servers want it")
    except (OSError, SMTPException) as error:
        logger.warning("The mail server doesn't take mails: %s", type(error).__name__)
        cache.set(TROUBLE, "yes", timeout=PAUSE.total_seconds())
        raise
    return True


def _is_overtaken(entry: AuditEntry) -> bool:
    """Tell whether an account that needed reconnecting has been reconnected or disconnected."""
    if entry.event != Event.NEEDS_RECONNECTING:
        return False
    later = AuditEntry.objects.filter(
        user=entry.user, account_gid=entry.account_gid, pk__gt=entry.pk
    )
    return later.filter(event__in=[Event.RECONNECTED, Event.DISCONNECTED]).exists()


def mail_for(entry: AuditEntry, user: User) -> EmailMessage:
    """Return the mail about an entry. The first line of its template is the subject."""
    with timezone.override(zone_named(user.time_zone)):
        text = render_to_string(f"mails/{entry.event}.txt", _context(entry, user))
    subject, _, body = text.partition("\n")
    mark = salted_hmac("accounts.mails", str(entry.pk)).hexdigest()[:16]
    return EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        to=[user.email],
        headers={
            "Message-ID": f"<{mark}@{settings.SITE_HOST}>",  # the same if the mail is sent twice
            "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic replies
        },
    )


def _proof_url(entry: AuditEntry, user: User) -> str:
    if entry.event != Event.DELETION_ASKED:
        return ""
    page = settings.SITE_URL + reverse("accounts:delete_person")
    return f"{page}?proof={fresh_sign_in.proof_of(user)}"


def _context(entry: AuditEntry, user: User) -> dict[str, Any]:
    by_person = entry.by == AuditEntry.By.PERSON
    return {
        "entry": entry,
        "person": one_line(user.get_full_name(), NAME_LENGTH),
        "account": one_line(entry.account_name, NAME_LENGTH) or "an Asana account",
        "detail": messages.detail_message(entry),
        "by_administrator": entry.by == AuditEntry.By.ADMINISTRATOR,
        "browser": user_agents.in_words(entry.browser) if by_person else "",
        "address": entry.address if by_person else "",  # an administrator's address is private
        "proof_url": _proof_url(entry, user),
        "sessions_url": settings.SITE_URL + reverse("accounts:session_list"),
        "accounts_url": settings.SITE_URL + reverse("accounts:account_list"),
        "history_url": settings.SITE_URL + reverse("accounts:history"),
        "mail_url": settings.SITE_URL + reverse("accounts:mail"),
    }
