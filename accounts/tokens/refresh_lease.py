"""The lease of an account that is being refreshed: one thread of one process has it at a time.

It is a time in the account's row, so that nobody holds a lock or a connection of the database while
Asana answers. A process that is killed leaves it to expire.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.database import brief_wait
from accounts.models import AsanaAccount

# Asana may be asked for a token, its discovery document and its keys: ten seconds each.
LEASE: Final = timedelta(seconds=40)


@contextmanager
def lease_of(row: AsanaAccount, ends_at: float) -> Iterator[bool]:
    """Take the lease of an account, as it was read; yield whether it was free.

    Waits for a lock of the database until `ends_at` (monotonic) at most, then raises
    OperationalError.
    """
    now, held = timezone.now(), row.refresh_lease_expires_at
    if held is not None and now < held <= now + LEASE:  # later: our clock was ahead
        yield False
        return
    mine = now + LEASE
    if not _swap(row.pk, held, mine, ends_at):
        yield False
        return
    try:
        yield True
    finally:
        rows = AsanaAccount.objects.filter(pk=row.pk, refresh_lease_expires_at=mine)
        with suppress(OperationalError):  # it expires; what was refreshed is stored and counts
            rows.update(refresh_lease_expires_at=None)


def _swap(pk: int, held: datetime | None, mine: datetime, ends_at: float) -> bool:
    milliseconds = max(1, int((ends_at - time.monotonic()) * 1000))
    rows = AsanaAccount.objects.filter(pk=pk, refresh_lease_expires_at=held)
    with brief_wait(milliseconds), transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
        return bool(rows.update(refresh_lease_expires_at=mine))
