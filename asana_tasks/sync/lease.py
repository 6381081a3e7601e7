"""Leases: one sync per account at a time on any number of machines, decided by the database."""

import secrets
from datetime import datetime, timedelta
from typing import Final, Self

from django.db.models import Q
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState

LIFETIME: Final = timedelta(seconds=90)  # longer than one request with its retries
RENEW_EVERY: Final = timedelta(seconds=15)


class LeaseLost(Exception):
    """The lease expired and another process has taken it, or the account is gone."""


class Lease:
    """A claim on an account's sync. It expires unless it is renewed, in case its process dies."""

    def __init__(self, account: AsanaAccount, secret: str, renewed_at: datetime) -> None:
        self._mine = SyncState.objects.filter(pk=account.pk, lease=secret)
        self._renewed_at = renewed_at

    @classmethod
    def claim(cls, account: AsanaAccount) -> Self | None:
        """Return a lease, or None if another sync of this account is under way.

        One conditional UPDATE decides: it changes no row while another lease is valid.
        """
        secret, now = secrets.token_hex(16), timezone.now()
        SyncState.objects.get_or_create(account=account)
        free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=now)
        claimed = SyncState.objects.filter(free, pk=account.pk).update(
            lease=secret, lease_expires_at=now + LIFETIME
        )
        return cls(account, secret, now) if claimed else None

    def keep(self) -> None:
        """Renew the lease if RENEW_EVERY has passed. Raises LeaseLost."""
        if timezone.now() - self._renewed_at >= RENEW_EVERY:
            self.confirm()

    def confirm(self) -> None:
        """Renew the lease now. Raises LeaseLost."""
        now = timezone.now()
        if not self._mine.update(lease_expires_at=now + LIFETIME):
            raise LeaseLost
        self._renewed_at = now

    def release(self) -> None:
        self._mine.update(lease="", lease_expires_at=None)
