"""Leases: one sync per account at a time on any number of machines, decided by the database."""

import secrets
from datetime import datetime, timedelta
from typing import Final, Self

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState

LIFETIME: Final = timedelta(seconds=20)
RENEW_EVERY: Final = timedelta(seconds=5)


def is_free(now: datetime) -> Q:
    """Return the condition of a state that nobody holds a lease of.

    A lease that ends too far away was taken while the clock was ahead.
    """
    too_far = Q(lease_expires_at__gt=now + 2 * LIFETIME)
    return Q(lease_expires_at=None) | Q(lease_expires_at__lt=now) | too_far


def is_held(state: SyncState, now: datetime) -> bool:
    """Tell whether somebody holds a lease: the opposite of `is_free`."""
    ends_at = state.lease_expires_at
    return ends_at is not None and now <= ends_at <= now + 2 * LIFETIME


class LeaseLost(Exception):
    """The lease expired and another process has taken it, or the account is gone."""


class Lease:
    """A claim on an account's sync. It expires unless it is renewed, in case its process dies.

    `number` is that of the sync: a later one has a greater number. Every transaction of a sync asks
    `hold` first, so that a process that was stopped meanwhile stores nothing.
    """

    def __init__(self, account: AsanaAccount, state: SyncState, at: datetime) -> None:
        self.account, self.number = account, state.number
        self.unfinished_since = state.unfinished_since
        self._due_at = state.due_at
        mine = {"pk": account.pk, "lease": state.lease, "number": state.number}
        self._mine = SyncState.objects.filter(**mine)
        self._renewed_at = at

    @classmethod
    def claim(cls, account: AsanaAccount) -> Self | None:
        """Return a lease, or None if another sync of this account is under way.

        One conditional UPDATE decides: it changes no row while another lease is valid.
        """
        secret, now = secrets.token_hex(16), timezone.now()
        SyncState.objects.get_or_create(account=account)
        claimed = SyncState.objects.filter(is_free(now), pk=account.pk).update(
            lease=secret,
            lease_expires_at=now + LIFETIME,
            claimed_until=None,
            number=F("number") + 1,
        )
        if not claimed:
            return None
        state = SyncState.objects.filter(pk=account.pk, lease=secret).first()
        return cls(account, state, now) if state else None

    def hold(self) -> SyncState:
        """Lock and return the state, within a transaction. Raises LeaseLost.

        Nobody can claim the lease before the transaction ends.
        """
        state = self._mine.select_for_update(no_key=True).first()
        if state is None:
            raise LeaseLost
        state.account = self.account
        return state

    def was_asked_again(self, state: SyncState) -> bool:
        """Tell whether somebody has asked for a sync since this one began."""
        is_due = state.due_at is not None and state.due_at <= timezone.now()
        return is_due and state.due_at != self._due_at

    def keep(self) -> None:
        """Renew the lease if RENEW_EVERY has passed. Raises LeaseLost."""
        if abs(timezone.now() - self._renewed_at) >= RENEW_EVERY:
            self.renew()

    def renew(self) -> None:
        """Renew the lease now. Raises LeaseLost."""
        now = timezone.now()
        if not self._mine.update(lease_expires_at=now + LIFETIME):
            raise LeaseLost
        self._renewed_at = now

    def release(self) -> None:
        self._mine.update(lease="", lease_expires_at=None)
