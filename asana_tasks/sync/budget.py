"""The requests that syncs of an account may send, counted for all processes together.

Asana counts the requests of a token in a minute, or in less
(developers.asana.com/docs/rate-limits).
Syncs take two thirds of that, so that the person's own actions have room. Within any minute no more
than that is given out: a bucket that holds so many and is refilled at the same rate would give out
twice as many in its first minute.
"""

import math
import time
from typing import Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState

SLOT: Final = 5  # seconds that are counted as one
SLOTS: Final = 60 // SLOT + 1  # a minute from any moment of the first one


class Granted(NamedTuple):
    requests: int
    wait: float  # seconds until there are more; 0 if some were granted


def allowed_per_minute() -> int:
    return max(1, settings.ASANA_REQUESTS_PER_MINUTE * 2 // 3)


def reserve(account: AsanaAccount, wanted: int) -> Granted:
    """Reserve up to `wanted` requests, at least 1 unless none is left now.

    One conditional UPDATE decides between processes. After a 429 (`paced_until`), the requests of a
    minute are spread evenly over it.
    """
    mine = SyncState.objects.filter(pk=account.pk)
    while True:
        kept, paced_until = mine.values_list("requests", "paced_until").get()
        now = time.time()
        counts = _recent(kept, now)
        slot = int(now // SLOT)
        left = allowed_per_minute() - sum(counts.values())
        if paced_until and paced_until > timezone.now():
            left = min(left, math.ceil(allowed_per_minute() / SLOTS) - counts.get(slot, 0))
        granted = min(wanted, left)
        if granted < 1:
            is_spent = sum(counts.values()) >= allowed_per_minute()
            freed = min(counts) + SLOTS if is_spent else slot + 1
            return Granted(0, max(freed * SLOT - now, 0.1))
        counts[slot] = counts.get(slot, 0) + granted
        if mine.filter(requests=kept).update(requests=_text(counts)):
            return Granted(granted, 0)


def return_unused(account: AsanaAccount, unused: int) -> None:
    """Give back requests that were taken just now and not sent."""
    mine = SyncState.objects.filter(pk=account.pk)
    while unused:
        kept = mine.values_list("requests", flat=True).first()
        counts = _recent(kept or "", time.time())
        if not counts:
            return
        newest = max(counts)
        counts[newest] = max(0, counts[newest] - unused)
        if mine.filter(requests=kept).update(requests=_text(counts)):
            return


def _recent(kept: str, now: float) -> dict[int, int]:
    """Parse the counts by slot; slots of more than a minute ago, or of the future, are dropped."""
    slot = int(now // SLOT)
    pairs = (each.partition(":") for each in kept.split())
    counts = {int(at): int(count) for at, _, count in pairs}
    return {at: count for at, count in counts.items() if slot - SLOTS < at <= slot}


def _text(counts: dict[int, int]) -> str:
    """Return the counts as text, which databases compare alike: "slot:count slot:count"."""
    return " ".join(f"{at}:{count}" for at, count in sorted(counts.items()))
