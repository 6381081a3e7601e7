from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.printable import visible_name


class Density(models.TextChoices):
    """How tall the rows of the list are."""

    COMPACT = "compact", "One line a task"
    COMFORTABLE = "comfortable", "Two lines a task"


class User(AbstractUser):
    name = models.CharField(max_length=255, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)  # "" until it is known
    density = models.CharField(max_length=16, choices=Density, default=Density.COMPACT)
    uses_keys = models.BooleanField("keyboard shortcuts", default=True)
    has_used_asana = models.BooleanField("has signed in with Asana", default=False, editable=False)
    mail_about_links = models.BooleanField("when an Asana account is disconnected", default=True)
    mail_about_trouble = models.BooleanField(
        "when an Asana account needs reconnecting, and when it works again", default=True
    )
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    def get_full_name(self) -> str:
        return visible_name(self.name) or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()
