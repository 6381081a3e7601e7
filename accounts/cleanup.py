"""What nobody needs any more: named, counted, and deleted a little at a time."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from qsessions.models import Session
from social_django.models import Association, Code, Nonce, Partial

from accounts import audit, tokens
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Detail
from accounts.models import AuditEntry, ProviderDocument, Revocation, WatchedSignIn

BATCH: Final = 1000
SIGN_IN: Final = timedelta(days=1)  # nobody finishes one after that: it takes half an hour at most
EVERY: Final = timedelta(days=1)
LONGEST: Final = timedelta(hours=1)  # that a clean-up takes; one that takes longer has died
REVOKING_SECONDS: Final = 60.0
MAX_AUDIT_DAYS: Final = 36500


Rows = QuerySet[Any]


def outdated(now: datetime | None = None) -> dict[str, Rows]:
    """Return what may be deleted without another word, by its kind (`accounts.messages.KINDS`)."""
    now = now or timezone.now()
    yesterday = now - SIGN_IN
    sessions = Session.objects
    return {
        "expired_sessions": sessions.filter(expire_date__lt=now),
        "sessions_of_nobody": sessions.filter(user=None, updated_at__lt=yesterday),
        "unfinished_sign_ins": Association.objects.filter(issued__lt=int(yesterday.timestamp())),
        "sign_in_nonces": Nonce.objects.filter(timestamp__lt=int(yesterday.timestamp())),
        "sign_in_codes": Code.objects.filter(timestamp__lt=yesterday),
        "paused_sign_ins": Partial.objects.filter(timestamp__lt=yesterday),
        "watched_sign_ins": WatchedSignIn.objects.filter(ends_at__lt=yesterday),
        "provider_documents": _unused_documents(),
        "audit_entries": _old_entries(now),
    }


def overdue_revocations() -> QuerySet[Revocation]:
    """They are not simply deleted: each gets a last try."""
    week_ago = timezone.now() - Revocation.KEEP_TRYING
    return Revocation.objects.filter(requested_at__lt=week_ago)


def clean_up(entry: AuditEntry | None = None) -> dict[str, int]:
    """How many of what are gone. It can be stopped, and done twice at the same time.

    `entry`: of the one who claimed it.
    """
    entry = entry or AuditEntry.objects.create(
        event=audit.Event.CLEANED_UP, by=audit.By.SITE, detail=Detail.BEGUN
    )
    try:
        gone = {name: _delete(rows) for name, rows in outdated().items()}
        gone["revocations"] = _give_up_revocations()
    except BaseException:
        with suppress(DatabaseError):
            entry.delete()
        raise
    told = {kind: count for kind, count in gone.items() if count}
    entry.at, entry.detail, entry.detail_args = timezone.now(), Detail.DELETED, {"counts": told}
    entry.save()
    return gone


def claim() -> AuditEntry | None:
    """For the one who is to clean up now; None while that is not due or somebody else is at it.

    Who finds the last entry waits for whoever else has found it, and then looks again.
    """
    with transaction.atomic():
        done = AuditEntry.objects.filter(event=audit.Event.CLEANED_UP).order_by("-at", "-pk")
        done.select_for_update(of=("self",)).first()  # alone (locks.py)
        last = done.first()
        if last is not None and not _is_due(last):
            return None
        return AuditEntry.objects.create(
            event=audit.Event.CLEANED_UP, by=audit.By.SITE, detail=Detail.BEGUN
        )


def _is_due(last: AuditEntry) -> bool:
    age = timezone.now() - last.at
    return age > EVERY or (last.detail == Detail.BEGUN and age > LONGEST)


def _delete(rows: Rows) -> int:
    """In batches, each looked at once more: a session may have been used meanwhile."""
    gone = 0
    for pks in _batches(rows):
        gone += rows.filter(pk__in=pks).delete()[0]
    return gone


def _batches(rows: Rows) -> Iterator[list[Any]]:
    last = None
    pks = rows.order_by("pk").values_list("pk", flat=True)
    while batch := list((pks if last is None else pks.filter(pk__gt=last))[:BATCH]):
        yield batch
        last = batch[-1]


def _give_up_revocations() -> int:
    outcomes = tokens.revoke_due(overdue_revocations(), seconds=REVOKING_SECONDS)
    return sum(outcomes.values()) - outcomes[tokens.Outcome.WAITING]


def _old_entries(now: datetime) -> QuerySet[AuditEntry]:
    if not settings.AUDIT_DAYS:
        return AuditEntry.objects.none()
    days = min(settings.AUDIT_DAYS, MAX_AUDIT_DAYS)
    return AuditEntry.objects.filter(at__lt=now - timedelta(days=days))


def _unused_documents() -> QuerySet[ProviderDocument]:
    """Of other providers, which the settings named once, and keys at an address of before."""
    url = AsanaOpenIdConnect().oidc_config_url()
    configuration = ProviderDocument.objects.filter(pk=url).first()
    if configuration is None:  # then nothing says where the keys are
        return ProviderDocument.objects.none()
    content = configuration.content
    keys = content.get("jwks_uri") if isinstance(content, dict) else None
    return ProviderDocument.objects.exclude(Q(pk=url) | Q(pk=str(keys)))
