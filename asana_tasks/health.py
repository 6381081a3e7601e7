"""The health checks of syncs: how many failed, who works, what waits. They name no account."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.models import AsanaAccount
from accounts.registry import HealthFact
from asana_tasks.sync.working import read_workers

# An account that needs reconnecting is not synced: only its user can reconnect it.
SYNCED: Final = Q(status=AsanaAccount.Status.CONNECTED, user__is_active=True)
FAILED: Final = SYNCED & Q(sync_state__last_error__gt="")
HELP: Final = (
    "The page of each says why. They are tried again within 15 minutes; “Sync tasks now” in the"
    " list does it at once."
)
START_WORKER: Final = (
    "Start “manage.py worker” beside the site, or the worker and beat of Celery (docs/running.md)."
)


def failed_syncs() -> Iterator[HealthFact]:
    """Yield one fact: the number of connected accounts whose last sync failed. One query."""
    counts = AsanaAccount.objects.aggregate(
        synced=Count("pk", filter=SYNCED), failed=Count("pk", filter=FAILED)
    )
    trouble = ngettext(
        "the last attempt to sync tasks failed for {failed} of {synced} connected account",
        "the last attempt to sync tasks failed for {failed} of {synced} connected accounts",
        counts["synced"],
    )
    failed = counts["failed"]
    path = reverse("admin:accounts_asanaaccount_changelist")
    yield HealthFact(
        "Last attempt failed",
        failed,
        f"{path}?{urlencode({'attempt': 'failed'})}",
        trouble.format_map(counts) if failed else "",
        HELP if failed else "",
    )


def has_worker() -> bool:
    return bool(read_workers().workers)


def workers() -> Iterator[HealthFact]:
    """Yield who runs the syncs, and how many accounts are due. Two queries."""
    working = read_workers()
    label = f"Workers ({working.described})" if working.workers else "Workers"
    nobody = "nothing is synced: no worker has been heard of for half a minute"
    yield HealthFact(
        label,
        len(working.workers),
        trouble="" if working.workers else nobody,
        help="" if working.workers else START_WORKER,
    )
    one_more = "One more worker may help (docs/running.md)."
    yield HealthFact(
        "Accounts due for a sync",
        working.due,
        trouble=f"syncs are late: one has been due for {working.waits}" if working.is_late else "",
        help=one_more if working.is_late and working.workers else "",
    )
