"""Pages a second and how long they take, for some people at once and some processes."""

import http.client
import multiprocessing
import os
import statistics
import sys
import time
from itertools import cycle, islice
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from bench.first_view import programs, wait_for
from bench.memory import megabytes_of
from bench.scale.people import cookies_of, settle
from scripts.serve import web_server

# What a person opens, one after another: the list, its status, a search, the calendar
VISITED: Final = (
    *("/tasks/", "/tasks/status/", "/tasks/status/", "/tasks/?q=plan"),
    *("/tasks/status/", "/tasks/calendar/"),
)
CLIENTS: Final = 2  # processes that play the people
PATIENCE: Final = 30.0  # seconds after which a page counts as lost


def measure(
    people: int, large: int, load: dict[str, Any], site_url: str, **_: Any
) -> list[dict[str, Any]]:
    """Return what people at once get, each of whom waits `load["pause"]` seconds after a page."""
    settle(people, large)
    cookies = cookies_of(max(load["at_once"]))
    found = []
    for count in load["processes"]:
        environment = {**os.environ, "WEB_CONCURRENCY": str(count)}
        server = web_server(urlsplit(site_url).port or 80)
        with programs(server, environment=environment) as (program,):
            wait_for(site_url)
            for number in load["at_once"]:
                print(f"  {count} processes, {number} people …", file=sys.stderr)
                got = visit_all(site_url, cookies[:number], load["pause"], load["seconds"])
                memory = max(megabytes_of(program.pid))
                found.append({"processes": count, "people": number, "megabytes": memory, **got})
    return found


def visit_all(url: str, cookies: list[str], pause: float, seconds: float) -> dict[str, Any]:
    shares = [cookies[number::CLIENTS] for number in range(CLIENTS)]
    with multiprocessing.Pool(CLIENTS) as pool:
        parts = pool.starmap(_visit_together, [(url, each, pause, seconds) for each in shares])
    took = [each for part, _ in parts for each in part]
    cuts = statistics.quantiles([*took, *took], n=100)
    return {
        "pages": len(took) / seconds,
        "lost": sum(lost for _, lost in parts),
        **{f"p{cut}": cuts[cut - 1] * 1000 for cut in (50, 95, 99)},
    }


def _visit_together(
    url: str, cookies: list[str], pause: float, seconds: float
) -> tuple[list[float], int]:
    """Let people visit pages, each in a thread; return seconds of pages, and how many failed."""
    took: list[float] = []
    lost: list[float] = []
    began = time.monotonic()

    def visit(number: int, cookie: str) -> None:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
        time.sleep(pause * number / len(cookies))  # they don't all press at once
        for path in islice(cycle(VISITED), number, None):
            if time.monotonic() > began + seconds:
                break
            asked = time.perf_counter()
            try:
                connection.request("GET", path, headers={"Cookie": cookie})
                response = connection.getresponse()
                response.read()
            except OSError:
                connection.close()
                lost.append(time.perf_counter() - asked)
            else:
                (took if response.status == 200 else lost).append(time.perf_counter() - asked)
            time.sleep(pause)
        connection.close()

    threads = [Thread(target=visit, args=each) for each in enumerate(cookies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, len(lost)
