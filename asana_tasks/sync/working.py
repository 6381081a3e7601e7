"""Who runs syncs now, and how many wait."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.timesince import timesince

from asana_tasks.models import Worker
from asana_tasks.sync import schedule

LATE: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Working:
    workers: list[Worker]  # alive; the one that has worked longest comes first
    due: int  # accounts
    late: timedelta  # of the account that has been due for longest

    @property
    def described(self) -> str:
        """Say what works and since when, such as "Celery, for 2 hours"."""
        kinds = dict.fromkeys(str(each.get_kind_display()) for each in self.workers)
        since = timesince(self.workers[0].started_at).replace("\xa0", " ")
        return f"{' and '.join(kinds)}, for {since}"

    @property
    def is_late(self) -> bool:
        return self.late >= LATE

    @property
    def waits(self) -> str:
        """Say for how long the latest account has been due, such as "6 minutes"."""
        return timesince(timezone.now() - self.late).replace("\xa0", " ")


def read_workers() -> Working:
    now = timezone.now()
    alive = Worker.objects.filter(seen_at__gte=now - Worker.ALIVE_FOR).order_by("started_at")
    waiting = schedule.due_states().aggregate(number=Count("pk"), first=Min("due_at"))
    late = now - waiting["first"] if waiting["first"] else timedelta()
    return Working(list(alive), waiting["number"], late)
