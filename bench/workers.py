"""Accounts that are synced in a minute by one, two and four worker processes."""

import os
import sys
import time
from typing import Any

from django.utils import timezone

from asana_tasks.models import SyncState, Worker, Workspace
from bench.first_view import programs
from bench.starvation import user_with_tasks_of
from scripts.serve import WORKER
from tests.stand_in import ADA, StandIn


def measure(
    counts: list[int], people: int, latency_ms: int, asana_port: int, site_url: str
) -> list[dict[str, Any]]:
    """Return for each number of workers how many accounts of Ada's size they sync in a minute."""
    flags = ("--port", str(asana_port), "--latency-ms", str(latency_ms))
    found = []
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        for number in range(people):
            user_with_tasks_of(asana, ADA, number)
        for count in counts:
            print(f"  {count} workers …", file=sys.stderr)
            found.append({"workers": count, **_rates(count, people)})
    return found


def _rates(count: int, people: int) -> dict[str, float]:
    """Return how many accounts a minute are synced for the first time, and again."""
    Workspace.objects.all().delete()
    now = timezone.now()
    SyncState.objects.update(due_at=None, looked_at=None)
    with programs(*[WORKER] * count, environment=os.environ):
        while Worker.objects.filter(seen_at__gte=now).count() < count:
            time.sleep(0.1)
        return {name: _a_minute(people) for name in ("first", "again")}


def _a_minute(people: int) -> float:
    """Let everybody be synced once; return accounts a minute."""
    began = time.monotonic()
    SyncState.objects.update(synced_at=None, due_at=timezone.now())
    while SyncState.objects.filter(synced_at=None).exists():
        time.sleep(0.1)
    return people / (time.monotonic() - began) * 60
