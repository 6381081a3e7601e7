"""The health check of syncs: how many accounts failed. It names no account and no task."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.models import AsanaAccount
from accounts.registry import HealthFact

# An account that needs reconnecting is not synced: only its user can reconnect it.
SYNCED: Final = Q(status=AsanaAccount.Status.CONNECTED, user__is_active=True)
FAILED: Final = SYNCED & Q(sync_state__last_error__gt="")
HELP: Final = (
    "The page of each says why. Their people's next visit tries again, and so does “Sync tasks now”"
    " in the list."
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
