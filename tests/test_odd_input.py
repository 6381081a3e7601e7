"""Every address gets odd values in every parameter, form field and header: no answer is a 500.

The examples are bounded and the same each time. Which parameters an address reads is recorded from
a first request, so that a new one is tried too. The client raises what a view does not handle: a
failure shows the example and the traceback.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.http import QueryDict
from django.urls import URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from tests import test_who_may
from tests.people import Person
from tests.test_who_may import LINES

path = test_who_may.path  # a fixture
EXAMPLES = 5
# What lists of the administration read as a whole, by the names of their filters and of Django's
LISTS = {
    *("q", "p", "o", "e", "all", "id", "id__exact", "pk__gte", "_to_field", "_popup"),
    *("at__gte", "at__year", "at__month", "by__exact", "event__exact", "user__id__exact"),
    *("status__exact", "may", "worked", "attempt", "token", "groups__id__exact", "name__contains"),
}
ACTIONS = {"action", "index", "select_across", "_selected_action"}
HEADERS = {
    *("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_USER_AGENT"),
    *("HTTP_REFERER", "HTTP_ORIGIN", "HTTP_HOST", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING"),
    *("HTTP_COOKIE", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_SEC_FETCH_SITE"),
    *("HTTP_ACCEPT",),
    *("HTTP_HX_REQUEST", "HTTP_HX_TRIGGER", "HTTP_HX_CURRENT_URL", "HTTP_HX_TRIGGERING_EVENT"),
}

INSTANTS = [
    f"{day}T{clock}{zone}"
    for day, clock, zone in product(
        ("0001-01-01", "9999-12-31", "1883-11-18", "2026-03-29"),
        ("00:00:00", "23:59:59.999999"),
        ("", "Z", "+23:59", "-23:59"),
    )
]
DAYS = ["0001-01-01", "9999-12-31", "10000-01-01", "0000-00-00", "2026-02-30", "9999-12", "0001-01"]
NUMBERS = ["0", "-1", "1", "9" * 19, str(2**63), "9" * 5000, "1e999", "NaN", "٣", "²", "1_0", " 1 "]
ADDRESSES = ["fe80::1%eth0", "fe80::1%25eth0", "[fe80::1%1]:80", "::ffff:127.0.0.1%lo", "::%"]
ADDRESSES += ["http://[fe80::1%25eth0]/", "http://[", "//[::1", "[::1", "127.0.0.1:99999", "1.2:x"]
LONG = ["a " * 950, "a " * 1900, '"' * 999, "%" * 500, "a" * 70_000, "a,b " * 800, "x" * 300]
UNPRINTABLE = ["", "\0", "a\0b", "\x1a", "\r\nX: y", "\ufffe", "\u202e", "\U0010ffff"]
SIGNS = ["'\"<>&;\\", "%", "_", "/\\x.test", "/tasks/\r\n", "{}", "[]"]
WORDS = ["on", "yes", "no", "due", "+1d", "date", "none", "complete", "reopen", "project", "asana"]
WORDS += ["America", "Europe/Berlin\0"]
# Tried in every parameter by itself
EDGES = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31", "\0", "[]"]
EDGES += ["9" * 5000, "http://[", "a " * 1900]

# Tried in every part of an address
PARTS = [
    "0",
    "-1",
    str(2**63),
    "9" * 5000,
    "٣",
    "a\0b",
    "\r\n",
    "..",
    "%",
    "_5F",
    "\U0010ffff",
    "1/2",
]

values = st.one_of(
    *map(st.sampled_from, (INSTANTS, DAYS, NUMBERS, ADDRESSES, LONG, UNPRINTABLE, SIGNS, WORDS)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),  # without a codec: seconds less
)
value_lists = st.lists(values, min_size=1, max_size=3)
# What a server lets through: ISO 8859-1 in one line, of a length that it takes
header_values = values.map(
    lambda text: "".join(c for c in text if c.isprintable() and ord(c) < 256)[:4000]
)
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), header_values, max_size=3)


def ask(client: Any, method: str, address: str, data: Any, **sent: str) -> int:
    """Return the status of a response that was read to its end; undo what the request stored."""
    with transaction.atomic():
        response = getattr(client, method)(address, data, **sent)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response.status_code


@contextmanager
def recording() -> Iterator[set[str]]:
    """Record the names that views look for in query strings and forms."""
    names: set[str] = set()

    def recorded(original: Any) -> Any:
        def read(self: QueryDict, name: str, *args: Any) -> Any:
            names.add(name)
            return original(self, name, *args)

        return read

    with pytest.MonkeyPatch.context() as patch:
        for method in ("get", "getlist", "__getitem__", "__contains__"):
            patch.setattr(QueryDict, method, recorded(getattr(QueryDict, method)))
        yield names


# What somebody without a session gets more of than the way to a sign-in
OPEN = [
    line
    for line in LINES
    if not {"login", "admin"}.issuperset(way.split()[0] for way in LINES[line])
]


def routes(patterns: list[Any] | None = None, before: str = "/") -> Iterator[str]:
    """Yield the addresses that take something, with {} for each of their parts that does."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        part = re.sub(r"<[^>]+>|\(\?P<url>.*\$", "{}", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, before + part)
        elif "{}" in before + part:
            yield before + part


@pytest.mark.parametrize("route", sorted(set(routes())))
def test_no_odd_part_of_an_address_is_an_error_of_the_site(administrator, owner, route):
    client = administrator if route.startswith("/admin/") else owner.client
    cookies = client.cookies.copy()
    for value, method in product(PARTS, ("get", "post")):
        client.cookies = cookies.copy()
        address = route.replace("{}", quote(value, safe=""))
        assert ask(client, method, address, {"confirmed": "yes"}) != 500


@pytest.mark.parametrize("line", OPEN)
def test_nor_is_any_of_nobody(nobody, path, line):
    no_odd_value_is_an_error(nobody, line, path)


@pytest.fixture
def owner_with_few_tasks(owner_with_tasks: Person) -> Person:
    """Leave the owner every eighth task: odd is what is asked, however much there is to show."""
    kept = owner_with_tasks.user.tasks.order_by("pk").values_list("pk", flat=True)[::8]
    owner_with_tasks.user.tasks.exclude(pk__in=kept).delete()
    return owner_with_tasks


@pytest.mark.parametrize("line", LINES)
def test_no_odd_value_is_an_error_of_the_site(
    administrator,
    owner_with_few_tasks,
    path,
    line,
    settings,
):
    settings.TRUSTED_PROXIES = 1
    client = administrator if line.startswith("admin:") else owner_with_few_tasks.client
    no_odd_value_is_an_error(client, line, path)


def no_odd_value_is_an_error(client: Any, line: str, path: str) -> None:
    cookies = client.cookies.copy()
    with recording() as names:
        for method in ("get", "post"):
            ask(client, method, path, {})
            client.cookies = cookies.copy()
    if line.endswith(("changelist", "export")):
        names |= LISTS | ACTIONS
    else:
        for name, value, method in product(sorted(names), EDGES, ("get", "post")):
            client.cookies = cookies.copy()
            assert ask(client, method, path, {name: value}) != 500
    data = st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(names), value_lists))

    @bounds(
        max_examples=EXAMPLES if names else EXAMPLES // 2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # shrinking takes minutes; the example found says enough
        suppress_health_check=list(HealthCheck),
    )
    @given(data=data, sent=headers, method=st.sampled_from(["get", "post"]))
    def every_example(data: dict[str, list[str]], sent: dict[str, str], method: str) -> None:
        client.cookies = cookies.copy()
        assert ask(client, method, path, data, **sent) != 500

    every_example()
