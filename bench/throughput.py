"""Pages of the list that the server of `make run` serves in a second, from one process and two."""

import http.client
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from bench.crowd import populate
from bench.first_view import programs, wait_for
from bench.starvation import cookie_of
from scripts.serve import web_server

TASKS: Final = 100
CLIENTS: Final = 8


def measure(
    counts: list[int], seconds: float, asana_port: int, site_url: str
) -> list[dict[str, Any]]:
    """Return for each number of processes how many pages of 100 tasks arrive in a second."""
    cookie = cookie_of(populate([TASKS], 0)[TASKS])
    return [
        {"processes": count, "pages": _pages_a_second(site_url, cookie, count, seconds)}
        for count in counts
    ]


def _pages_a_second(site_url: str, cookie: str, count: int, seconds: float) -> float:
    print(f"  {count} processes …", file=sys.stderr)
    environment = {**os.environ, "WEB_CONCURRENCY": str(count)}
    server = web_server(urlsplit(site_url).port or 80)
    with programs(server, environment=environment):
        wait_for(site_url)
        with multiprocessing.Pool(CLIENTS) as pool:
            fetched = pool.starmap(_fetch, [(site_url, cookie, seconds)] * CLIENTS)
    return sum(fetched) / seconds


def _fetch(site_url: str, cookie: str, seconds: float) -> int:
    """Fetch the list again and again over one connection; return how often."""
    parts = urlsplit(site_url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    return sum(1 for _ in _answers(connection, cookie, time.monotonic() + seconds))


def _answers(
    connection: http.client.HTTPConnection, cookie: str, ends_at: float
) -> Iterator[bytes]:
    while time.monotonic() < ends_at:
        connection.request("GET", "/tasks/", headers={"Cookie": cookie})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"/tasks/ answers with {response.status}")
        yield body
