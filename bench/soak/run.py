"""One soak, in a process with the site's settings."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import close_old_connections
from django.utils import timezone

from asana_tasks.models import SyncState, Workspace
from bench.first_view import programs, wait_for
from bench.soak.ledger import Ledger
from bench.soak.never import NEVER
from bench.soak.servers import Postgres, Redis
from bench.soak.troubles import FAULTS, Clock, Troubles
from bench.soak.visitors import MARK, Visitor
from scripts.serve import web_server
from tests.people import Person
from tests.stand_in import ADA, DORA, ROBIN, SAM, StandIn

PEOPLE: Final = (ADA, DORA, ROBIN, SAM)
TOKEN_SECONDS: Final = 45  # of access tokens: they are refreshed all the time
NEW_TASK_EVERY: Final = 1.0  # seconds
QUIET_SECONDS: Final = 120.0


def measure(
    minutes: float, seed: int, servers: dict[str, Any], asana_port: int, site_url: str
) -> dict[str, int]:
    """Return what was counted; of NEVER all is 0 if nothing is wrong."""
    folder = Path(servers["folder"])
    postgres = Postgres(folder / "postgresql", servers["postgres_port"])
    redis, clock = Redis(folder, servers["redis_port"]), Clock(folder)
    flags = ("--port", str(asana_port), "--token-lifetime", str(TOKEN_SECONDS))
    with ExitStack() as stack:
        redis.start()
        stack.callback(redis.stop)
        callback = f"{site_url}/complete/asana/"
        asana = stack.enter_context(StandIn.start(*flags, redirect_uri=callback))
        ledger = Ledger(asana)
        stop = Event()
        visitors = [_visitor(asana, gid, site_url, ledger, stop) for gid in PEOPLE]
        environment = {**os.environ, **clock.environment, "WEB_CONCURRENCY": "2"}
        server = web_server(urlsplit(site_url).port or 80)
        (site,) = stack.enter_context(programs(server, environment=environment))
        wait_for(site_url)
        troubles = Troubles(ledger, postgres, redis, clock, seed)
        stack.callback(troubles.end)
        if not _wait_until_synced(0.0):
            raise RuntimeError("The first syncs did not end")
        for name, (value, one_in) in FAULTS.items():
            asana.order(name, value=value, one_in=one_in)
        with ThreadPoolExecutor(len(visitors) + 1) as pool:
            running = [pool.submit(each.run) for each in visitors]
            running.append(pool.submit(troubles.run, stop))
            try:
                _create_tasks(ledger, 60 * minutes)
            finally:
                stop.set()
        for each in running:
            each.result()  # one that failed would count nothing
        troubles.check()
        if site.poll() is not None:
            ledger.count("ended")
        _be_quiet(ledger, visitors, clock)
    return {**dict.fromkeys(NEVER, 0), **ledger.counts}


def _visitor(asana: StandIn, gid: str, url: str, ledger: Ledger, stop: Event) -> Visitor:
    person = Person.stored(asana, gid)
    person.allow_writing(asana)
    SyncState.objects.create(account=person.account, due_at=timezone.now())
    return Visitor(url, person.client, ledger, stop)


def _create_tasks(ledger: Ledger, seconds: float) -> None:
    """Give people something to complete, and watch their lists."""
    places = list(Workspace.objects.values_list("account__gid", "gid"))
    ends_at = time.monotonic() + seconds
    for number, (person, workspace) in enumerate(cycle(places)):
        if time.monotonic() > ends_at:
            break
        ledger.asana.create_task(person, f"{MARK} {number}", workspace=workspace)
        close_old_connections()
        ledger.watch()
        time.sleep(NEW_TASK_EVERY)


def _be_quiet(ledger: Ledger, visitors: list[Visitor], clock: Clock) -> None:
    """End all faults, let everybody sync once more, and compare."""
    ledger.asana.heal()
    clock.step(0)
    time.sleep(2)  # processes look once a second how wrong their clock is
    since = time.time()
    for visitor in visitors:
        visitor.sync_now()
    _wait_until_synced(since)
    ledger.settle(since)


def _wait_until_synced(since: float) -> bool:
    """Wait until all accounts were synced after `since`, for QUIET_SECONDS; tell whether so."""
    ends_at = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < ends_at:
        close_old_connections()
        synced = SyncState.objects.values_list("synced_at", flat=True)
        if all(each and each.timestamp() >= since for each in synced):
            return True
        time.sleep(0.5)
    return False
