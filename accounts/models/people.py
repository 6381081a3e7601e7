from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    name = models.CharField(max_length=255, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)  # "" until it is known
    mail_about_links = models.BooleanField(
        "when an Asana account is connected or disconnected", default=True
    )
    mail_about_trouble = models.BooleanField(
        "when an Asana account needs reconnecting, and when it works again", default=True
    )
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()
