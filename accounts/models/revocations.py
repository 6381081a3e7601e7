import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.codes import Problem
from accounts.models.people import User

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)


def new_reference() -> str:
    return secrets.token_hex(4)


class Revocation(models.Model):
    """A refresh token that Asana has not revoked yet. The row is deleted once it has, or in a week.

    It outlives its account and its user: once the user is deleted, it names nobody.
    """

    KEEP_TRYING: Final = timedelta(days=7)

    reference = models.CharField(max_length=16, unique=True, default=new_reference)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="revocations"
    )
    account_name = models.CharField("Asana account", max_length=255, blank=True)
    account_hash = models.CharField(max_length=64, db_index=True, editable=False)
    encrypted_refresh_token = models.TextField(editable=False, serialize=False)
    requested_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_error = models.CharField(max_length=32, choices=Problem, blank=True)
    last_error_args = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["requested_at", "pk"]
        verbose_name = "waiting revocation"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Revocation {self.reference}"

    @property
    def ends_at(self) -> datetime:
        return self.requested_at + self.KEEP_TRYING

    @property
    def attempts_in_words(self) -> str:
        return ngettext("Tried once", "Tried %(times)d times", self.attempts) % {
            "times": self.attempts
        }

    @property
    def pause(self) -> timedelta:
        """Return the time until the attempt after this one: 1, 3, 9, 27 minutes … a day."""
        pause: timedelta = FIRST_PAUSE * 3 ** min(self.attempts, 10)
        return min(pause, LONGEST_PAUSE)
