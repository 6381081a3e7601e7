from typing import ClassVar

from django.db import models
from django.db.models import Max

from accounts.models import User


class SavedView(models.Model):
    """A named state of a user's list, shown as a tab."""

    MOST: ClassVar = 20

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)  # among the user's views
    is_start = models.BooleanField(default=False)  # shown after the sign-in

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="view_once_per_user"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_start=True), name="one_start_per_user"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def next_position(cls, user: User) -> int:
        """Return the position behind the user's last view."""
        last = cls.objects.filter(user=user).aggregate(last=Max("position"))["last"]
        return 0 if last is None else last + 1
