"""The id, the line and the count of each request."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from prometheus_client import REGISTRY

from asana_tasks.models import Task
from tests.log_lines import json_lines, of, written
from tests.outages import down

LOGGER = "accounts.request_log"
MADE = re.compile("[0-9a-f]{16}")


def line_of(client: Client, path: str, **kwargs):
    """Return the response and the one line of a request."""
    with json_lines() as lines:
        response = client.get(path, **kwargs)
        if response.streaming:
            response.close()
    (line,) = of(lines(), LOGGER)
    return response, line


def test_each_request_is_one_line(owner):
    response, line = line_of(owner.client, "/tasks/?q=secret+plans")
    assert line["time"]
    assert line["message"] == f"GET /tasks/: 200 in {line['ms']} ms, user {owner.user.pk}"
    about = {"method": "GET", "path": "/tasks/", "view": "asana_tasks:task_list", "status": 200}
    assert about.items() <= line.items()
    assert line["user"] == owner.user.pk
    assert line["bytes"] == len(response.content)
    assert line["ms"] >= 0
    assert MADE.fullmatch(line["request_id"])
    assert "secret" not in str(line)


@pytest.mark.parametrize(
    ("path", "view", "status"),
    [
        ("/login/", "accounts:sign_in", 200),
        ("/nothing/", "none", 404),
        ("/static/onelist/base.css", "static", 200),
        ("/static/nothing.css", "static", 404),
        ("/tasks/", "asana_tasks:task_list", 302),
        ("/admin/nothing/", "none", 302),
    ],
)
def test_a_view_is_told_by_its_name(db, path, view, status):
    _, line = line_of(Client(), path)
    if path.startswith("/admin"):  # the administration's own address for all others
        assert line["view"] != path
    else:
        assert line["view"] == view
    assert (line["status"], line["user"]) == (status, None)


def test_a_static_file_has_a_size(db):
    response, line = line_of(Client(), "/static/onelist/base.css")
    assert line["bytes"] == int(response["Content-Length"])


def test_neither_a_query_nor_a_key_in_the_path_is_written(owner):
    key = "q1w2e3r4t5z6u7i8o9p0aa"
    path = reverse("asana_tasks:resume_change", args=[key])
    _, line = line_of(owner.client, f"{path}?code=abc")
    assert line["path"] == "/tasks/change/resume/<key>/"
    _, line = line_of(owner.client, "/complete/asana/?code=0/5a8f3b0c&state=9d1e7f2a")
    assert line["path"] == "/complete/asana/"
    assert "5a8f3b0c" not in str(line)
    assert "9d1e7f2a" not in str(line)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_path_cannot_forge_a_line(db, log_format):
    with written(log_format) as lines:
        Client().get("/a%0a2026-01-01 INFO forged%0d%1b[31m%e2%80%a8/" + "b" * 5000)
        Client().get("/login/", headers={"User-Agent": "a\x1b\x00b", "X-Request-ID": "a\x1bb"})
    assert len(lines()) == 3  # Django says too that it is not found
    assert all(line.isprintable() for line in lines())
    assert [len(line) for line in lines() if "b" * 300 in line and LOGGER in line] == []


def test_in_text_it_is_a_line_too(owner):
    with written("text") as lines:
        response = owner.get("/accounts/")
    (line,) = [line for line in lines() if LOGGER in line]
    assert f"GET /accounts/: 200 in " in line  # noqa: F541
    assert line.endswith(f"user {owner.user.pk} (request_id={response['X-Request-ID']})")


@pytest.mark.parametrize("sane", ["a", "4bf92f35-77b3.4da6_A", "x" * 64])
def test_only_a_proxy_of_ours_names_a_request(db, settings, sane):
    asked = {"headers": {"X-Request-ID": sane}}
    response, line = line_of(Client(), "/login/", **asked)
    assert line["request_id"] != sane
    settings.TRUSTED_PROXIES = 1
    response, line = line_of(Client(), "/login/", **asked)
    assert response["X-Request-ID"] == line["request_id"] == sane


@pytest.mark.parametrize(
    "odd", ["", " ", "x" * 65, "a b", "a,b", "a\nb", "ä", "<b>", "a/../b", "²"]
)
def test_an_id_that_is_odd_is_replaced(db, settings, odd):
    settings.TRUSTED_PROXIES = 1
    request = RequestFactory().get("/login/").environ
    response = Client().get("/login/", HTTP_X_REQUEST_ID=odd)
    assert "HTTP_X_REQUEST_ID" not in request
    assert MADE.fullmatch(response["X-Request-ID"])


def test_each_request_has_an_id_of_its_own(db):
    ids = {Client().get("/login/")["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_lines_of_a_request_have_its_id_and_others_have_none(owner):
    with json_lines() as lines:
        with down():
            owner.client.raise_request_exception = False
            response = owner.get("/tasks/")
        owner.get("/static/nothing.css")
    ids = {line["request_id"] for line in lines() if line.get("status") != 404}
    assert response.status_code == 503
    assert response["X-Request-ID"] in ids
    warned = [line for line in lines() if line["logger"] == "django.request"]
    assert warned[0]["request_id"] == response["X-Request-ID"]


def test_requests_to_asana_have_the_id_of_the_page_those_of_its_threads_too(
    owner_with_tasks, asana
):
    owner_with_tasks.allow_writing(asana)
    task = Task.objects.filter(completed=False).first()
    with json_lines() as lines:
        page = owner_with_tasks.get(f"/tasks/{task.pk}/")
        change = owner_with_tasks.post("/tasks/change/", {"complete": task.pk})
    assert (page.status_code, change.status_code) == (200, 302)
    ids = [line["request_id"] for line in of(lines(), "accounts.http") if "{gid}" in line["path"]]
    assert set(ids) == {page["X-Request-ID"], change["X-Request-ID"]}


@pytest.mark.parametrize("path", ["/tasks/", "/accounts/"])
def test_the_page_of_an_outage_shows_it(owner, path):
    owner.client.raise_request_exception = False
    with down():
        response = owner.get(path)
    assert response.status_code == 503
    assert f"<code>{response['X-Request-ID']}</code>" in response.content.decode()


def test_the_page_of_an_error_of_ours_shows_it(owner, monkeypatch):
    def crashes(*_args: object) -> None:
        raise RuntimeError("something broke")

    monkeypatch.setattr("asana_tasks.views.task_list.task_list_context", crashes)
    owner.client.raise_request_exception = False
    with json_lines() as lines:
        response = owner.get("/tasks/")
    assert response.status_code == 500
    assert f"<code>{response['X-Request-ID']}</code>" in response.content.decode()
    (line,) = of(lines(), "django.request")
    assert line["request_id"] == response["X-Request-ID"]
    assert "something broke" in line["exception"]


def test_so_do_the_pages_for_who_may_not_and_for_what_is_odd(db, owner, settings):
    settings.ALLOWED_HOSTS = ["tasks.example.com"]
    response = owner.get("/tasks/")
    assert response.status_code == 400
    assert response["X-Request-ID"] in response.content.decode()


def test_each_request_is_counted_by_view_and_status(db):
    def count(status: str, view: str = "accounts:sign_in") -> float:
        labels = {"view": view, "status": status}
        return REGISTRY.get_sample_value("onelist_http_requests_total", labels) or 0

    def seconds() -> float:
        name = "onelist_http_request_duration_seconds_count"
        return REGISTRY.get_sample_value(name, {"view": "accounts:sign_in"}) or 0

    before = count("200"), count("405"), count("404", "none"), seconds()
    Client().get("/login/")
    Client().post("/login/")
    Client().get("/a1/")
    Client().get("/a2/")
    after = count("200"), count("405"), count("404", "none"), seconds()
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 2, 2]
