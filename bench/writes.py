"""Writes of people while a worker crawls 10,000 tasks: on SQLite both need the one lock."""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from accounts.models import User
from asana_tasks.models import SyncState
from bench.first_view import programs
from bench.starvation import user_with_tasks_of
from scripts.serve import WORKER
from tests.stand_in import ADA, EMIL, StandIn

EVERY = 0.02  # seconds


def measure(*, large: bool, asana_port: int, site_url: str) -> dict[str, Any]:
    print("  writes beside a crawl …", file=sys.stderr)
    flags = ("--port", str(asana_port))
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        user = user_with_tasks_of(asana, EMIL if large else ADA, 0)
        writer = User.objects.create(username="writer")
        SyncState.objects.filter(account__user=user).update(due_at=timezone.now())
        with programs(WORKER, environment=os.environ):
            took = list(_writes(writer))
    p95 = statistics.quantiles([*took, *took], n=20)[-1]
    return {"writes": len(took), "p95": p95, "most": max(took)}


def _writes(writer: User) -> Iterator[float]:
    """Yield milliseconds of writes, from the first page that is stored to the last."""
    while not SyncState.objects.exclude(tasks=0).exists():
        time.sleep(EVERY)
    while SyncState.objects.filter(synced_at=None).exists():
        began = time.perf_counter()
        User.objects.filter(pk=writer.pk).update(last_login=timezone.now())
        yield (time.perf_counter() - began) * 1000
        time.sleep(EVERY)
    yield 0.0  # a small crawl may be over at once
