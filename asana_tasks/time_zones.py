"""A person's time zone decides which day it is, and so when a task is overdue."""

from django.db import transaction

from accounts.models import User
from accounts.time_zones import zone_named
from asana_tasks.dates import overdue_at
from asana_tasks.locks import lock_tasks
from asana_tasks.models import Task


@transaction.atomic
def move_to_zone(user: User, name: str) -> None:
    """Tasks that are due on a day are due when that day ends there: one update for each day."""
    user.time_zone = name
    user.save(update_fields=["time_zone"])
    by_day = Task.objects.of(user).filter(due_at=None).exclude(due_on=None)
    lock_tasks(by_day)
    for day in by_day.order_by().values_list("due_on", flat=True).distinct():
        by_day.filter(due_on=day).update(overdue_at=overdue_at(day, None, zone_named(name)))
