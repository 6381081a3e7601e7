"""Measure what syncs cost over time: a day of them, and a first one at Asana's limit."""

import sys
import time
from bisect import bisect_right
from datetime import timedelta
from typing import Any, Final

import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState
from asana_tasks.sync import engine
from bench.syncs import signed_in
from tests.stand_in import ADA, EMIL, FAY, StandIn

LIMIT: Final = 150  # requests a minute, of a free plan
PATIENCE: Final = 600  # seconds


def measure(minutes: int, *, large: bool, asana_port: int, site_url: str) -> dict[str, Any]:
    """Return the figures of a day of `minutes` syncs, and of a first sync that Asana limits."""
    flags = ("--port", str(asana_port))
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        print(f"  {minutes} minutes with the page open …", file=sys.stderr)
        day = _day(asana, signed_in(asana, EMIL if large else ADA), minutes)
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        print("  a first sync at Asana's limit …", file=sys.stderr)
        settings.ASANA_REQUESTS_PER_MINUTE = LIMIT
        asana.order("rate_limit", value=LIMIT)
        limited = _limited(asana, signed_in(asana, FAY if large else ADA))
    return {"day": day, "limited": limited}


def _day(asana: StandIn, account: AsanaAccount, minutes: int) -> dict[str, Any]:
    """Sync once a minute, with both clocks turned on; the first sync does not count."""
    engine.run_sync(account)
    before = len(asana.requests())
    began = timezone.now()
    for minute in range(1, minutes + 1):
        asana.advance(60)
        with time_machine.travel(began + timedelta(minutes=minute)):
            _done(account)
    return {"requests": len(asana.requests()) - before, "minutes": minutes}


def _limited(asana: StandIn, account: AsanaAccount) -> dict[str, Any]:
    began = time.monotonic()
    while (told := engine.run_sync(account)).state != "done":
        due_at = SyncState.objects.get(account=account).due_at
        if time.monotonic() - began > PATIENCE or due_at is None:
            raise RuntimeError(f"The sync ended with {told}")
        time.sleep(max(0, (due_at - timezone.now()).total_seconds()))
    log = [each for each in asana.requests() if each["path"].startswith("/api/1.0")]
    times = sorted(each["time"] for each in log)
    busiest = max(bisect_right(times, at + 60) - place for place, at in enumerate(times))
    return {
        "seconds": time.monotonic() - began,
        "requests": len(log),
        "busiest_minute": busiest,
        "refused": sum(each["status"] == 429 for each in log),
        "tasks": account.tasks.count(),
    }


def _done(account: AsanaAccount) -> None:
    told = engine.run_sync(account)
    if told.state != "done":
        raise RuntimeError(f"The sync ended with {told}")
