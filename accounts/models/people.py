import calendar

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.printable import visible_name


class User(AbstractUser):
    class Density(models.TextChoices):
        """How tall the rows of the list are."""

        COMPACT = "compact", "One line a task"
        COMFORTABLE = "comfortable", "Two lines a task"

    class Weekday(models.IntegerChoices):
        """The days that weeks begin with somewhere; the numbers are those of `calendar`."""

        MONDAY = calendar.MONDAY
        SUNDAY = calendar.SUNDAY
        SATURDAY = calendar.SATURDAY

    name = models.CharField(max_length=255, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)  # "" until it is known
    first_weekday = models.PositiveSmallIntegerField(
        "first day of the week", choices=Weekday, default=Weekday.MONDAY
    )
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
