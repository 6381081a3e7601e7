"""Checks of our own database and of the chores."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import ngettext

from accounts import health
from accounts.database import pending_migrations
from accounts.doctor.findings import Findings, ok, problem, warning
from accounts.models import AuditEntry, Revocation

START_WORKER: Final = (
    "Start `manage.py worker` beside the site, as a service or from cron (docs/running.md)."
)
LATE: Final = timedelta(minutes=15)  # chores run every minute


def reachable() -> Findings:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        yield problem(
            "database",
            f"{connection.vendor} isn't answering ({type(error).__name__})",
            "Check DATABASE_URL and that the database runs.",
        )
        return
    if connection.vendor == "sqlite" and not settings.IS_LOCAL:
        yield warning(
            "database",
            "SQLite answers; it is for one process on one machine",
            "Use PostgreSQL (DATABASE_URL) for several processes or many people.",
        )
    else:
        yield ok("database", f"{connection.vendor} answers")


def connections() -> Findings:
    """Compare what the processes may take with what PostgreSQL gives to others than superusers.

    Counted are the processes of WEB_CONCURRENCY and one worker.
    """
    if connection.vendor != "postgresql":
        yield ok("connections", "each thread has its own to the file")
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        (most,) = cursor.fetchone()
    processes = settings.WEB_CONCURRENCY + 1
    needed = processes * settings.DATABASE_CONNECTIONS
    says = f"{processes} processes of the site may take {needed}, PostgreSQL gives {most}"
    if needed > most:
        yield warning(
            "connections",
            says,
            f"Raise max_connections of PostgreSQL, or set DATABASE_CONNECTIONS to "
            f"{max(4, most // processes)}.",
        )
    else:
        yield ok("connections", says)


def migrations() -> Findings:
    if pending := pending_migrations():
        yield problem(
            "migrations",
            ngettext(
                "%(count)d waits, the first is %(first)s",
                "%(count)d wait, the first is %(first)s",
                len(pending),
            )
            % {"count": len(pending), "first": pending[0][0]},
            "Run `manage.py migrate`, then restart the site.",
        )
    else:
        yield ok("migrations", "none wait")


def clean_up_age() -> Findings:
    at = health.last_clean_up()
    if at is None:
        yield warning("clean-up", "has never been done", START_WORKER)
    elif at < timezone.now() - health.CLEAN_UP_EVERY:
        yield problem("clean-up", f"last done {_since(at)} ago", START_WORKER)
    else:
        yield ok("clean-up", f"last done {_since(at)} ago")


def _since(at: datetime) -> str:
    return timesince(at).replace("\xa0", " ")


def chores() -> Findings:
    late = timezone.now() - LATE
    left = Revocation.objects.filter(next_attempt_at__lt=late).count()
    left += AuditEntry.objects.filter(mail_due_at__lt=late).count()
    if left:
        says = ngettext(
            "of revocations and mails %d is long due, and nobody sees to that",
            "of revocations and mails %d are long due, and nobody sees to that",
            left,
        )
        yield problem("chores", says % left, START_WORKER)
    else:
        yield ok("chores", "nothing is left undone")


def revocations() -> Findings:
    waiting = Revocation.objects.count()
    if waiting:
        yield warning(
            "revocations",
            ngettext("%d waits for Asana", "%d wait for Asana", waiting) % waiting,
            "They are tried again for a week. /admin/ says why they wait.",
        )
    else:
        yield ok("revocations", "none wait")
