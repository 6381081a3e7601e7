"""Plans of every query of every page: which of them read a large table from end to end."""

import json
from collections.abc import Iterator
from typing import Any, Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from asana_tasks.models import Placement, Task
from bench.scale.people import counts, settle

LARGE_TABLE: Final = 100_000  # rows
PLANNED: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
SAVED_VIEWS: Final = 3
POSTED: Final = ("/accounts/me/data/",)


def measure(people: int, large: int, **_: Any) -> dict[str, Any]:
    """Return for each page its queries, how many scan a large table, and the costliest plan.

    Costs are PostgreSQL's, in page reads. Asked is what pages of a person with 200 tasks, of one
    with `large` tasks and of an administrator ask.
    """
    settle(people, large)
    tables = _large_tables()
    typical, busy = User.objects.get(username="other-0"), User.objects.get(username=f"size-{large}")
    admin = User.objects.create_superuser("admin", "admin@example.com", "a password")
    asked = [
        *(("200 tasks", typical, each) for each in _pages_of(typical)),
        *((f"{large:,} tasks", busy, each) for each in _pages_of(busy)),
        *(("an administrator", admin, each) for each in _pages_of_administrators()),
    ]
    pages = [
        {"of": of, "path": path, **_plan(user, path, address, tables)}
        for of, user, (path, address) in asked
    ]
    admin.delete()
    return {"counts": counts(), "large": sorted(tables), "pages": pages}


def _large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s", [LARGE_TABLE]
        )
        return {name for (name,) in cursor.fetchall()}


def _pages_of(user: User) -> Iterator[tuple[str, str]]:
    """Yield what a page is called, and its address."""
    task = Task.objects.of(user).latest("pk")
    project = Placement.objects.filter(task=task).values_list("project", flat=True)[0]
    for number in range(SAVED_VIEWS):
        user.saved_views.get_or_create(name=f"View {number}", query=f"q=plan&page={number + 1}")
    queries = {
        "": "",
        "?q=": "?q=plan",
        "?due=": "?due=overdue",
        "?project=": f"?project={project}",
        "?workspace=": f"?workspace={task.workspace_id}",
        "?creator=": "?creator=me",
        "?tag=": "?tag=urgent",
        "?state=done": "?state=done",
        "?group=project": "?group=project",
        "?group=workspace&sort=name": "?group=workspace&sort=name",
        "?page=last": "?page=9999",
    }
    yield from ((f"/tasks/{name}", f"/tasks/{query}") for name, query in queries.items())
    yield "/tasks/<task>/", f"/tasks/{task.pk}/"
    for path in (
        *("/tasks/filters/", "/tasks/calendar/", "/tasks/calendar/?q=plan", "/tasks/status/"),
        *("/tasks/palette/?q=plan", "/tasks/views/", "/tasks/views/counts/", "/insights/"),
        *("/workspaces/", "/accounts/", "/accounts/history/", "/accounts/sessions/"),
        *("/accounts/me/", "/accounts/me/data/"),
    ):
        yield path, path


def _pages_of_administrators() -> Iterator[tuple[str, str]]:
    for path in (
        *("/admin/", "/admin/accounts/asanaaccount/", "/admin/accounts/asanaaccount/?q=other-77"),
        *("/admin/accounts/user/", "/admin/accounts/user/?q=other-77"),
        "/admin/accounts/auditentry/",
    ):
        yield path, path


def _plan(user: User, path: str, address: str, tables: set[str]) -> dict[str, Any]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        response = (client.post if address in POSTED else client.get)(address)
        if response.streaming:
            list(response)
    if response.status_code >= 400:
        raise RuntimeError(f"{path} answers with {response.status_code}")
    queries = [each["sql"] for each in captured if each["sql"].startswith(PLANNED)]
    plans = [_explain(query) for query in queries]
    return {
        "queries": len(queries),
        "scanned": [table for plan in plans for table in _scanned(plan) if table in tables],
        "cost": max((plan["Total Cost"] for plan in plans), default=0),
    }


def _explain(query: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
        (found,) = cursor.fetchone()
    return dict((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    """Yield the tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from _scanned(part)
