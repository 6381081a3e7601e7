"""Outdated rows: selected, counted, and deleted in batches."""

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

from accounts import audit, registry, tokens
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Detail
from accounts.models import AuditEntry, ProviderDocument, Revocation, WatchedSignIn

BATCH: Final = 1000
SIGN_IN: Final = timedelta(days=1)  # a sign-in that is finished takes at most half an hour
EVERY: Final = timedelta(days=1)
LONGEST: Final = timedelta(hours=1)  # that a clean-up may take; one that takes longer was killed
REVOKING_SECONDS: Final = 60.0
MAX_AUDIT_DAYS: Final = 36500


Rows = QuerySet[Any]


def outdated(now: datetime | None = None) -> dict[str, Rows]:
    """Return rows that may be deleted as they are, by kind (`accounts.messages.KINDS`)."""
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
        **{kind: outdated.rows() for kind, outdated in registry.outdated.items()},
    }


def overdue_revocations() -> QuerySet[Revocation]:
    """Return revocations older than a week: each is tried once more before it is deleted."""
    week_ago = timezone.now() - Revocation.KEEP_TRYING
    return Revocation.objects.filter(requested_at__lt=week_ago)


def clean_up(entry: AuditEntry | None = None) -> dict[str, int]:
    """Delete outdated rows; return counts by kind. Safe to interrupt and to run concurrently.

    1. Write an audit entry that says "begun", unless `entry` is the one that `claim` returned.
    2. Delete outdated rows, in batches.
    3. Try the overdue revocations once more, and give up those that fail.
    4. Write the counts into the entry. If anything fails or is interrupted, delete the entry.
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


def begin_if_due() -> AuditEntry | None:
    """Return a new audit entry if a clean-up is due; None if it isn't, or another process runs one.

    The last entry is locked and then read again: of several processes, only one gets a new entry.
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
    """Delete rows in batches; return their number.

    Each batch is filtered again when it is deleted: a session may have been used meanwhile.
    """
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
    """Return documents of providers that were configured before, and keys at an outdated URL."""
    url = AsanaOpenIdConnect().oidc_config_url()
    configuration = ProviderDocument.objects.filter(pk=url).first()
    if configuration is None:  # then the URL of the keys is unknown
        return ProviderDocument.objects.none()
    content = configuration.content
    keys = content.get("jwks_uri") if isinstance(content, dict) else None
    return ProviderDocument.objects.exclude(Q(pk=url) | Q(pk=str(keys)))
