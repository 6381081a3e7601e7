from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.codes import Problem
from accounts.models.people import User
from accounts.printable import visible_name


class AsanaAccountQuerySet(models.QuerySet["AsanaAccount"]):
    def connected(self) -> Self:
        return self.filter(status=AsanaAccount.Status.CONNECTED)


class AsanaAccount(models.Model):
    """An Asana account, linked to one user. Its identity is `gid`, the provider's `sub`.

    Tokens are stored encrypted; only `accounts.tokens` reads and writes them.
    """

    class Status(models.TextChoices):
        CONNECTED = "connected", "Connected"
        NEEDS_RECONNECTING = "needs_reconnecting", "Needs reconnecting"

    class Colour(models.TextChoices):
        """Names of CSS classes, which the style sheet gives their colours."""

        NONE = "", "No colour"
        RED = "red", "Red"
        ORANGE = "orange", "Orange"
        YELLOW = "yellow", "Yellow"
        GREEN = "green", "Green"
        TEAL = "teal", "Teal"
        BLUE = "blue", "Blue"
        PURPLE = "purple", "Purple"
        PINK = "pink", "Pink"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="asana_accounts")
    gid = models.CharField("Asana gid", max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True)
    picture_url = models.CharField(max_length=2000, blank=True)
    label = models.CharField(max_length=40, blank=True)  # the user's own name for it
    colour = models.CharField(max_length=16, choices=Colour, blank=True, default=Colour.NONE)

    encrypted_access_token = models.TextField(blank=True, editable=False, serialize=False)
    encrypted_refresh_token = models.TextField(blank=True, editable=False, serialize=False)
    encrypted_earlier_refresh_tokens = models.TextField(
        blank=True, editable=False, serialize=False
    )  # of grants that are not in use; revoked when the account goes
    nonce_hash = models.CharField(
        max_length=64, blank=True, editable=False, serialize=False
    )  # of the sign-in that the refresh token is from; "" if that was before this was kept
    access_token_expires_at = models.DateTimeField(null=True, blank=True)
    scope = models.CharField("granted scopes", max_length=1000, blank=True)
    status = models.CharField(max_length=32, choices=Status, default=Status.CONNECTED)
    last_error = models.CharField(max_length=32, choices=Problem, blank=True)
    last_error_args = models.JSONField(default=dict, blank=True)

    connected_at = models.DateTimeField(default=timezone.now, editable=False)
    refreshed_at = models.DateTimeField("token refreshed at", null=True, blank=True)
    refresh_lease_expires_at = models.DateTimeField(
        null=True, editable=False, serialize=False
    )  # of whoever asks Asana for a new token; `accounts.tokens` alone

    provider = "asana"  # social-auth reads it from the row that a sign-in ends with
    objects = AsanaAccountQuerySet.as_manager()

    class Meta:
        ordering = ["connected_at", "pk"]
        verbose_name = "linked account"
        default_permissions = ("view", "delete")
        permissions = [("look_after", "Can look after linked accounts without seeing tokens")]

    def __str__(self) -> str:
        return f"{self.asana_name} ({self.gid})"

    @property
    def display_name(self) -> str:
        """Return the user's label, or else Asana's name."""
        return visible_name(self.label) or self.asana_name

    @property
    def asana_name(self) -> str:
        return visible_name(self.name) or self.email or f"Asana account {self.gid}"

    @property
    def email_beside_asana_name(self) -> str:
        """Return the e-mail address, or "" if it is the name already."""
        return "" if self.email == self.asana_name else self.email

    @property
    def email_beside_display_name(self) -> str:
        return "" if self.email == self.display_name else self.email

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        return "".join(word[0] for word in [words[0], *words[1:][-1:]]).upper()

    @property
    def scopes(self) -> set[str]:
        return set(self.scope.split())

    @property
    def may_write(self) -> bool:
        """Tell whether the granted scopes let us change tasks."""
        return not self.scopes.isdisjoint({"default", "tasks:write"})

    @property
    def may_read_custom_fields(self) -> bool:
        """Tell whether the permission to read custom fields was asked for and granted."""
        return not self.scopes.isdisjoint({"default", "custom_fields:read"})

    @property
    def wider(self) -> set[str]:
        """Return what the granted scopes allow beyond what every sign-in asks for."""
        writing = {"tasks:write"} if self.may_write else set()
        return writing | (self.scopes & {"custom_fields:read"})

    @property
    def can_give_up_writing(self) -> bool:
        """Tell whether a narrower grant can replace this one.

        It can't for `default`, which is everything or nothing, nor with full permissions, where we
        never ask for less.
        """
        is_scoped = settings.ASANA_APP_PERMISSIONS == "scoped"
        return is_scoped and self.may_write and "default" not in self.scopes

    @property
    def needs_reconnecting(self) -> bool:
        return self.status == self.Status.NEEDS_RECONNECTING

    @property
    def task_permissions_in_words(self) -> list[str]:
        """Return what the granted scopes let us do with tasks."""
        if "default" in self.scopes:
            return ["everything you can do in Asana yourself"]
        return [words for scope, words in WITH_TASKS.items() if scope in self.scopes]

    @property
    def other_permissions_in_words(self) -> list[str]:
        return [words for scope, words in BESIDES.items() if scope in self.scopes]


WITH_TASKS = {
    "tasks:read": "read your tasks",
    "custom_fields:read": "read their custom fields",
    "tasks:write": "change your tasks",
}
BESIDES = {
    "workspaces:read": "list your workspaces",
    "users:read": "see the people in your workspaces",
    "openid": "know which Asana account this is",
    "profile": "see your name and picture",
    "email": "see your e-mail address",
}
