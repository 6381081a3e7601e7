"""Server time of pages in a database of ten people and in one of thousands."""

from statistics import median
from typing import Any

from django.test import Client

from accounts.models import User
from bench.pages import time_of
from bench.scale.people import settle

PAGES = ("/tasks/", "/tasks/?q=plan", "/tasks/calendar/", "/insights/", "/tasks/status/")
WARM_UP = 2


def measure(people: int, large: int, times: int, **_: Any) -> dict[str, float]:
    """Return the milliseconds (median) of each page of the person with `large` tasks."""
    settle(people, large)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=f"size-{large}"))
    rounds = [[time_of(client, page) for page in PAGES] for _ in range(WARM_UP + times)]
    return dict(zip(PAGES, map(median, zip(*rounds[WARM_UP:], strict=True)), strict=True))
