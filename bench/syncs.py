"""Duration of a full sync, beside the least possible and beside that of Asana's own client."""

import sys
from collections import Counter
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import asana as sdk
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount
from asana_tasks.api import client
from asana_tasks.api.paging import PAGE_SIZE
from asana_tasks.sync import engine
from asana_tasks.sync.passes import KEEP_COMPLETED
from tests.people import sign_in
from tests.stand_in import DORA, EMIL, StandIn

SMALL = 60


def measure(
    latency_ms: int, times: int, cases: list[str], asana_port: int, site_url: str
) -> list[dict[str, Any]]:
    flags = ("--port", str(asana_port), "--latency-ms", str(latency_ms))
    found = []
    with StandIn.start(*flags, redirect_uri=f"{site_url}/complete/asana/") as asana:
        for case in cases:
            print(f"  {case} tasks …", file=sys.stderr)
            account = signed_in(asana, CASES[case](asana))
            found.append({"case": case, **_one(asana, account, latency_ms, times)})
    return found


def _sixty(asana: StandIn) -> str:
    """Reduce Dora to one workspace and SMALL of its 250 tasks; return her gid."""
    tasks = asana.tasks(DORA)
    first, *others = sorted({task["workspace"]["gid"] for task in tasks})
    for gid in others:
        asana.order("hide_workspace", value=gid)
    for task in [task for task in tasks if task["workspace"]["gid"] == first][SMALL:]:
        asana.delete_task(task["gid"])
    return DORA


CASES: dict[str, Callable[[StandIn], str]] = {
    "1 × 60": _sixty,
    "8 × 250": lambda _asana: DORA,
    "1 × 10,000": lambda _asana: EMIL,
}


def signed_in(asana: StandIn, person: str) -> AsanaAccount:
    sign_in(Client(SERVER_NAME="localhost"), asana, person)
    return AsanaAccount.objects.get(gid=person)


def _one(asana: StandIn, account: AsanaAccount, latency_ms: int, times: int) -> dict[str, Any]:
    first, again, others = [], [], []
    for _ in range(times):
        account.workspaces.all().delete()
        before = len(asana.requests())
        first.append(_timed(lambda: _sync(account)))
        chain = _chain(asana.requests()[before:])
        before = len(asana.requests())
        again.append(_timed(lambda: _sync(account)))
        asked = len(asana.requests()) - before
        others.append(_timed(lambda: _with_sdk(account, asana.issuer)))
    tasks = account.tasks.count()
    asana.reset()
    return {
        "tasks": tasks,
        "floor": chain * latency_ms / 1000,
        "first": median(first),
        "again": median(again),
        "requests_again": asked,
        "sdk": median(others),
    }


def _timed(work: Callable[[], None]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _sync(account: AsanaAccount) -> None:
    last = engine.run_sync(account)
    if last.state != "done":
        raise RuntimeError(f"The sync ended with {last}")


def _chain(requests: list[dict[str, Any]]) -> int:
    """Return the length of the longest chain of requests, each of which needs the response before.

    That is the requests for workspaces, and the pages of the workspace with the most pages.
    """
    pages = Counter(
        entry["query"]["workspace"] for entry in requests if "workspace" in entry["query"]
    )
    return len(requests) - pages.total() + max(pages.values())


def _with_sdk(account: AsanaAccount, address: str) -> None:
    """Read the same tasks and fields with the SDK, one workspace after another, as its docs show.

    Raises RuntimeError if it finds fewer tasks.
    """
    configuration = sdk.Configuration()
    configuration.host = address
    configuration.access_token = tokens.access_token_for(account)
    api = sdk.ApiClient(configuration)
    found = 0
    for workspace in sdk.WorkspacesApi(api).get_workspaces({"opt_fields": "name,is_organization"}):
        asked = {
            "assignee": "me",
            "workspace": workspace["gid"],
            "completed_since": (timezone.now() - KEEP_COMPLETED).isoformat(),
            "opt_fields": client.TASK_OPT_FIELDS,
            "limit": PAGE_SIZE,
        }
        found += sum(1 for _ in sdk.TasksApi(api).get_tasks(asked))
    api.pool.close()
    if found < account.tasks.count():
        raise RuntimeError(f"Asana's client found {found} tasks")
