"""Accounts that are synced in a minute by one, two and four workers, embedded or Celery's."""

import os
import sys
import time
from typing import Any, Final

from django.utils import timezone

from asana_tasks.models import SyncState, Worker, Workspace
from bench.first_view import programs
from bench.starvation import user_with_tasks_of
from scripts.serve import WORKER
from tests.stand_in import ADA, StandIn

AT_ONCE: Final = 4  # accounts that a worker syncs at the same time, embedded or Celery's
CELERY: Final = [sys.executable, "-m", "celery", "-A", "config"]
CELERY_WORKER: Final = [*CELERY, "worker", "--concurrency", str(AT_ONCE), "--loglevel", "ERROR"]
CELERY_BEAT: Final = [*CELERY, "beat", "--loglevel", "ERROR"]


def measure(
    teams: list[tuple[str, int]], people: int, latency_ms: int, asana_port: int, site_url: str
) -> list[dict[str, Any]]:
    """Return for each kind and number of workers how many accounts they sync in a minute."""
    flags = ("--port", str(asana_port), "--latency-ms", str(latency_ms))
    found = []
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        for number in range(people):
            user_with_tasks_of(asana, ADA, number)
        for kind, count in teams:
            print(f"  {count} workers, {kind} …", file=sys.stderr)
            found.append({"kind": kind, "workers": count, **_rates(kind, count, people)})
    return found


def _rates(kind: str, count: int, people: int) -> dict[str, float]:
    """Return how many accounts a minute are synced for the first time, and again."""
    Workspace.objects.all().delete()
    now = timezone.now()
    SyncState.objects.update(due_at=None, looked_at=None)
    Worker.objects.all().delete()
    is_celery = kind == "celery"
    running = [*[CELERY_WORKER] * count, CELERY_BEAT] if is_celery else [WORKER] * count
    with programs(*running, environment=os.environ):
        # Celery's workers are heard of when they get a job
        while Worker.objects.filter(seen_at__gte=now).count() < (
            count if kind == "embedded" else 1
        ):
            time.sleep(0.1)
        return {name: _a_minute(people) for name in ("first", "again")}


def _a_minute(people: int) -> float:
    """Let everybody be synced once; return accounts a minute."""
    began = time.monotonic()
    SyncState.objects.update(synced_at=None, due_at=timezone.now())
    while SyncState.objects.filter(synced_at=None).exists():
        time.sleep(0.1)
    return people / (time.monotonic() - began) * 60
