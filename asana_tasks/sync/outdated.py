"""Rows of syncs that the daily clean-up deletes."""

from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from asana_tasks.models import FormerTask, Worker

FORMER_TASKS: Final = ngettext_lazy("%d key of a removed task", "%d keys of removed tasks")
DEAD_WORKERS: Final = ngettext_lazy("%d worker that is gone", "%d workers that are gone")
KEPT_FOR: Final = timedelta(days=90)  # in which a removed task may come back as the same one
DEAD_AFTER: Final = timedelta(hours=1)


def former_tasks() -> QuerySet[FormerTask]:
    return FormerTask.objects.filter(removed_at__lt=timezone.now() - KEPT_FOR)


def dead_workers() -> QuerySet[Worker]:
    return Worker.objects.filter(seen_at__lt=timezone.now() - DEAD_AFTER)
