from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from accounts.codes import Detail, Problem
from accounts.models.people import User


class AuditEntry(models.Model):
    """An event of a user or an account: what, when, from where, by whom. Never a token or a task.

    Entries about a user are deleted with the user; what they did as an administrator stays, with
    their name (`audit.deeds_of`). Those without a user are the site's own, or refused sign-ins of
    unknown people, or record that a user was deleted or a group changed.
    """

    class Event(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_REFUSED = "sign_in_refused", "Sign-in refused"
        CONFIRMED = "confirmed", "Confirmed by signing in again"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        SESSION_ENDED = "session_ended", "Signed out somewhere"
        NOTHING_CHANGED = "nothing_changed", "Nothing changed"
        CONNECTED = "connected", "Connected"
        PERMISSIONS_WIDENED = "permissions_widened", "May now change tasks"
        CUSTOM_FIELDS_ALLOWED = "custom_fields_allowed", "May now read custom fields"
        PERMISSIONS_GIVEN_UP = "permissions_given_up", "Permission given up"
        REFRESH_REFUSED = "refresh_refused", "Token refresh refused"
        NEEDS_RECONNECTING = "needs_reconnecting", "Needs reconnecting"
        RECONNECTED = "reconnected", "Reconnected"
        DISCONNECTED = "disconnected", "Disconnected"
        REVOKED = "revoked", "Access revoked at Asana"
        REVOCATION_WAITING = "revocation_waiting", "Revocation waits for Asana"
        REVOCATION_GIVEN_UP = "revocation_given_up", "Revocation given up"
        DATA_DOWNLOADED = "data_downloaded", "Data downloaded"
        DELETION_ASKED = "deletion_asked", "Deletion asked for by mail"
        USER_DELETED = "user_deleted", "A person and all their data deleted"
        SEEN = "seen", "Seen by an administrator"
        CHANGED = "changed", "Changed by an administrator"
        GROUP_CHANGED = "group_changed", "Group changed by an administrator"
        LOG_EXPORTED = "log_exported", "Audit log exported"
        KEYS_ROTATED = "keys_rotated", "Tokens encrypted anew"
        CLEANED_UP = "cleaned_up", "Cleaned up"

    class By(models.TextChoices):
        PERSON = "person", "The person"
        ADMINISTRATOR = "administrator", "An administrator"
        SITE = "site", "Onelist"
        SOMEBODY = "somebody", "Somebody not signed in"

    at = models.DateTimeField(default=timezone.now, db_index=True)
    event = models.CharField(max_length=32, choices=Event)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="history"
    )
    account_gid = models.CharField("Asana gid", max_length=255, blank=True)
    account_name = models.CharField("Asana account", max_length=255, blank=True)
    by = models.CharField(max_length=16, choices=By)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField("by, no longer here", max_length=255, blank=True)
    address = models.GenericIPAddressField("from", null=True, blank=True)
    browser = models.CharField(max_length=300, blank=True)
    detail = models.CharField(
        max_length=32, choices=[*Detail.choices, *Problem.choices], blank=True
    )
    detail_args = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField("token fingerprint", max_length=16, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit log"
        default_permissions = ("view",)

    def __str__(self) -> str:
        at = date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
        return f"{self.get_event_display()}, {at}"
