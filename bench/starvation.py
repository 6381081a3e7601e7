"""Pages of somebody else while many people sync, and while Asana hangs."""

import contextlib
import http.client
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount, User
from accounts.oidc.authorization import scopes_for
from asana_tasks.models import SyncState
from bench.crowd import populate
from bench.first_view import programs, wait_for
from scripts.serve import WORKER, web_server
from tests.stand_in import DORA, StandIn

PATIENCE: Final = 60.0  # seconds after which a page counts as not served
HANGS_FOR: Final = 20_000  # milliseconds
READERS_TASKS: Final = 100


def measure(
    people: int, latency_ms: int, seconds: float, asana_port: int, site_url: str
) -> list[dict[str, Any]]:
    """Return milliseconds (95th percentile) of pages, idle and in both troubles."""
    print("  pages beside syncs …", file=sys.stderr)
    flags = ("--port", str(asana_port), "--latency-ms", str(latency_ms))
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        reader = cookie_of(populate([READERS_TASKS], 0)[READERS_TASKS])
        users = [user_with_tasks_of(asana, DORA, number) for number in range(people)]
        cookies = [cookie_of(user) for user in users]
        port = urlsplit(site_url).port or 80
        with programs(web_server(port), WORKER, environment=os.environ):
            wait_for(site_url)
            found = [_pages(site_url, reader, seconds, "idle")]
            SyncState.objects.filter(account__user__in=users).update(due_at=timezone.now())
            with _lookers(site_url, cookies):
                found.append(_pages(site_url, reader, seconds, f"while {people} people sync"))
                asana.order("latency", value=HANGS_FOR)
                SyncState.objects.filter(account__user__in=users).update(due_at=timezone.now())
                found.append(_pages(site_url, reader, seconds, "while Asana hangs"))
    return found


def user_with_tasks_of(asana: StandIn, person: str, number: int) -> User:
    """Store a user with an account of their own that reads that person's lists."""
    user = User.objects.create(username=f"looker-{number}")
    account = AsanaAccount(user=user, gid=f"looker{number}", name=f"Looker {number}")
    granted = asana.grant(person, " ".join(scopes_for()))
    tokens.store(account, granted)
    SyncState.objects.create(account=account)
    return user


def cookie_of(user: User) -> str:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def _pages(url: str, cookie: str, seconds: float, beside: str) -> dict[str, Any]:
    """Fetch both pages again and again, as one person does."""
    took: dict[str, list[float]] = {"/tasks/": [], "/login/": []}
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        for path, times in took.items():
            began = time.perf_counter()
            if _get(url, path, cookie if path == "/tasks/" else "") != 200:
                raise RuntimeError(f"{path} was not served {beside}")
            times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    p95 = {path: statistics.quantiles([*times, *times], n=20)[-1] for path, times in took.items()}
    return {"beside": beside, **p95}


def _get(url: str, path: str, cookie: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        response = connection.getresponse()
        response.read()
    except OSError:
        return 0
    finally:
        connection.close()
    return response.status


@contextlib.contextmanager
def _lookers(url: str, cookies: list[str]) -> Iterator[None]:
    """Let people look on, each with a page that asks for the status once a second."""
    stop = multiprocessing.Event()
    looking = multiprocessing.Process(target=_look, args=(url, cookies, stop))
    looking.start()
    try:
        yield
    finally:
        stop.set()
        looking.join()


def _look(url: str, cookies: list[str], stop: Event) -> None:
    while not stop.is_set():
        for cookie in cookies:
            _get(url, "/tasks/status/", cookie)
            stop.wait(1 / len(cookies))
