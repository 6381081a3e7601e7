import math
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models.last_errors import HasLastError
from asana_tasks.querysets import SyncStateManager


class SyncState(HasLastError):
    """The state of the copy of a linked account's tasks: its age, its lease and its last error.

    The first sync makes the row. The state of the token is kept by `accounts`.
    """

    class CustomFields(models.TextChoices):
        """Tell whether custom fields are read, which nobody has to want and Asana may refuse."""

        NO = "", "Not read"
        YES = "yes", "Read"
        REFUSED = "refused", "Refused by Asana"

    STALE_AFTER: Final = timedelta(seconds=60)

    account = models.OneToOneField(
        AsanaAccount, on_delete=models.CASCADE, primary_key=True, related_name="sync_state"
    )
    synced_at = models.DateTimeField("tasks synced at", null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)  # by a worker, not yet begun
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)  # by a page, rounded
    failures = models.PositiveSmallIntegerField(default=0, editable=False)  # since the last success
    unfinished_since = models.DateTimeField(null=True, editable=False)  # if cut off: its begin
    rejected_since = models.DateTimeField(null=True, blank=True, editable=False)

    custom_fields = models.CharField(
        max_length=16, choices=CustomFields, blank=True, default=CustomFields.NO
    )
    number = models.BigIntegerField(default=0, editable=False)  # of the last sync that began
    version = models.BigIntegerField(default=0, editable=False)  # rises when rows of tasks change
    tasks = models.PositiveIntegerField(default=0, editable=False)
    workspaces = models.PositiveIntegerField(default=0, editable=False)
    workspaces_done = models.PositiveIntegerField(default=0, editable=False)

    requests = models.CharField(max_length=255, blank=True, editable=False)  # sync/budget.py
    paced_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SyncStateManager()

    def __str__(self) -> str:
        return f"Sync of account {self.account_id}"

    def note_changed_rows(self) -> list[str]:
        """Raise the version that pages wait for, count the tasks; return the fields to save."""
        self.version += 1
        self.tasks = self.account.tasks.count()
        return ["version", "tasks"]

    @property
    def pause_left(self) -> int:
        """Return the seconds until Asana's `Retry-After` has passed, rounded up; 0 if it has."""
        now = timezone.now()
        return math.ceil(((self.pause_ends_at or now) - now).total_seconds())

    @property
    def pause_ends_at(self) -> datetime | None:
        """Return when Asana's `Retry-After` ends; None if it has.

        A pause that begins in the future was noted while our clock was ahead: it is none.
        """
        now = timezone.now()
        if self.paused_until is None or self.paused_until <= now:
            return None
        return None if self.paused_at and self.paused_at > now else self.paused_until

    @property
    def is_stale(self) -> bool:
        return self.synced_at is None or timezone.now() - self.synced_at >= self.STALE_AFTER
