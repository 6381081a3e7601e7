"""Server time and number of queries of each page."""

import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from asana_tasks.models import Task
from asana_tasks.views.task_list import PAGE_SIZE
from bench.crowd import populate
from bench.tables import EMPTY

WARM_UP = 2


def measure(sizes: list[int], others: int, times: int, **_: Any) -> list[dict[str, Any]]:
    print(f"  {sum(sizes) + others:,} tasks into {connection.vendor} …", file=sys.stderr)
    people = populate(sizes, others)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # what autovacuum does within minutes
    return [found for size, user in people.items() for found in _of(user, size, times)]


def _of(user: User, size: int, times: int) -> Iterator[dict[str, Any]]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    last = -(-Task.objects.of(user).open().count() // PAGE_SIZE)
    pages = {
        EMPTY: "/accounts/mail/",
        "first page": "/tasks/",
        "search": "/tasks/?q=plan",
        "last page": f"/tasks/?page={last}",
        "calendar": "/tasks/calendar/",
    }
    for _ in range(WARM_UP):
        for address in pages.values():
            time_of(client, address)
    # in turn, so that what else the machine does slows all of them
    rounds = [[time_of(client, address) for address in pages.values()] for _ in range(times)]
    for (name, address), took in zip(pages.items(), zip(*rounds, strict=True), strict=True):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        yield {
            "size": size,
            "page": name,
            "ms": median(took),
            "queries": len(queries),
            "kilobytes": len(response.content) / 1000,
        }


def time_of(client: Client, address: str) -> float:
    """Return the milliseconds of a page. Raises RuntimeError if it does not answer with 200."""
    started = perf_counter()
    response = client.get(address)
    took = perf_counter() - started
    if response.status_code != 200:
        raise RuntimeError(f"{address} answers with {response.status_code}")
    return took * 1000
