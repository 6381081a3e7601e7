"""Memory of the processes of a site, and how it grows while people look."""

import os
import sys
import time
from typing import Any, Final
from urllib.parse import urlsplit

from bench.first_view import programs, wait_for
from bench.memory import megabytes_of
from bench.scale.load import visit_all
from bench.scale.people import cookies_of, settle
from scripts.serve import WORKER, web_server
from tests.stand_in import StandIn

PROCESSES: Final = 2
AT_ONCE: Final = 20
PAUSE: Final = 2.0  # seconds


def measure(
    people: int, large: int, minutes: list[float], asana_port: int, site_url: str, **_: Any
) -> list[dict[str, Any]]:
    """Return MB of the largest process of the site and of the worker, after so many minutes."""
    settle(people, large)
    cookies = cookies_of(AT_ONCE)
    environment = {**os.environ, "WEB_CONCURRENCY": str(PROCESSES)}
    server = web_server(urlsplit(site_url).port or 80)
    found = []
    with (
        StandIn.start("--port", str(asana_port), redirect_uri=f"{site_url}/complete/asana/"),
        programs(server, WORKER, environment=environment) as (site, worker),
    ):
        wait_for(site_url)
        began = time.monotonic()
        for number in minutes:
            print(f"  memory until minute {number:g} …", file=sys.stderr)
            visit_all(site_url, cookies, PAUSE, began + 60 * number - time.monotonic())
            memory = {"site": megabytes_of(site.pid), "worker": megabytes_of(worker.pid)}
            found.append({"minutes": number, **{name: max(of) for name, of in memory.items()}})
    return found
