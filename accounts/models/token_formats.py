from django.db import models
from django.utils import timezone


class TokenFormat(models.Model):
    """A format of encrypted tokens that every row has: values of older formats are refused."""

    version = models.PositiveSmallIntegerField(primary_key=True)
    complete_since = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Format {self.version}"
