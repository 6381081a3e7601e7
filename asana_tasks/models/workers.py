from datetime import timedelta
from typing import Final

from django.db import models
from django.utils import timezone


class Worker(models.Model):
    """A process that runs due syncs and chores, with its heartbeat."""

    ALIVE_FOR: Final = timedelta(seconds=30)  # after a heartbeat

    class Kind(models.TextChoices):
        EMBEDDED = "embedded", "manage.py worker"
        CELERY = "celery", "Celery"

    name = models.CharField(max_length=255, unique=True)  # host and process
    kind = models.CharField(max_length=16, choices=Kind)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.name
