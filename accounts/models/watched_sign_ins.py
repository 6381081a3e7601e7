from django.db import models
from django.utils import timezone

from accounts.models.asana_accounts import AsanaAccount


class WatchedSignIn(models.Model):
    """A sign-in that `asana_doctor --sign-in` waits for, and the record of it.

    `seen` holds names and kinds of what Asana sent, never a value of a token or a claim.
    """

    ends_at = models.DateTimeField(default=timezone.now)
    seen = models.JSONField(default=dict)
    account = models.ForeignKey(
        AsanaAccount, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"Sign-in watched until {self.ends_at:%H:%M:%S}"
