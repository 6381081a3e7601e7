from typing import ClassVar

from django.db import models

from accounts.models import User


class SavedView(models.Model):
    """A named state of a user's list, shown as a tab."""

    MOST: ClassVar = 20

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_once_per_user")]

    def __str__(self) -> str:
        return self.name
