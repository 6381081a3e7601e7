"""`/healthz` and `/readyz`, as balancers and supervisors ask for them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import metrics_server, readiness, registry
from accounts.bounded import Bounded
from accounts.readiness import REQUIRED
from asana_tasks.models import Worker
from tests.log_lines import json_lines

PATHS = ["/healthz", "/readyz"]
PEOPLE = ["owner", "other_user", "administrator", "nobody"]


@pytest.fixture(autouse=True)
def strict_site(running_asana, settings) -> None:
    """Let the site be https under one name, as behind a proxy.

    The stand-in, which all tests share, is started before: it is told where the site is.
    """
    settings.SITE_URL = "https://tasks.example.com"
    settings.ALLOWED_HOSTS = ["tasks.example.com"]
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "tasks.example.com"
    settings.REDIS_URL = ""


@pytest.fixture(autouse=True)
def patience(monkeypatch) -> None:
    """Wait for what does not hang, however busy the machine is."""
    monkeypatch.setattr(readiness, "SECONDS", 60)


@pytest.fixture
def hanging() -> Iterator[Bounded[bool]]:
    """Return a check that does not end before the test does."""
    goes_on = Event()
    yield Bounded(lambda: goes_on.wait(60))
    goes_on.set()


@pytest.fixture
def worker(transactional_db) -> Worker:
    """Store a worker that is alive, where the threads of the checks see it."""
    return Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)


def ask(path: str = "/readyz", **kwargs):
    return Client().get(path, headers={"Host": "10.0.0.5:8000"}, **kwargs)


def replace(monkeypatch, name: str, check) -> None:
    bounded = check if isinstance(check, Bounded) else Bounded(check)
    monkeypatch.setitem(REQUIRED if name in REQUIRED else registry.readiness_checks, name, bounded)


@pytest.mark.usefixtures("worker")
def test_ready_is_200_and_names_each_check():
    response = ask()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert json.loads(response.content) == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "worker": "ok"},
    }


def test_a_process_that_answers_is_healthy_whatever_else_fails(monkeypatch, hanging):
    replace(monkeypatch, "database", hanging)
    response = ask("/healthz")
    assert (response.status_code, response.content) == (200, b'{"status": "ok"}')


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["10.0.0.5:8000", "evil.example", "a b", "", "tasks.example.com"])
def test_no_host_is_refused_or_led_elsewhere(db, path, host):
    assert Client().get(path, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_says_the_same_without_a_body(db, path):
    got, head = ask(path), Client().head(path, headers={"Host": "10.0.0.5:8000"})
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_workers_answer_head_without_a_body_too(method):
    environ = RequestFactory().generic(method, "/healthz").environ
    told = {}
    body = metrics_server.application(environ, lambda _status, headers: told.update(headers))
    assert b"".join(body) == (b'{"status": "ok"}' if method == "GET" else b"")
    assert told["Content-Length"] == "16"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_other_methods_are_refused(path, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/healthz/", "/readyz/", "/healthz/x", "//healthz", "/Healthz"])
def test_only_these_addresses_are_theirs(path):
    assert ask(path)["Location"].startswith("https://tasks.example.com/")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_the_same(db, request, path, person):
    who = request.getfixturevalue(person)
    response = who.get(path)
    assert response.status_code == 200
    assert "tasks.example.com" not in str(response.headers)
    assert json.loads(response.content)["status"] in {"ok", "ready"}


@pytest.mark.parametrize("path", PATHS)
def test_they_make_no_session_and_set_no_cookie(db, path, django_assert_num_queries):
    client = Client()
    client.cookies["__Host-onelist"] = "k" * 32
    with django_assert_num_queries(0):  # the checks have threads and connections of their own
        response = client.get(path)
    assert not response.cookies
    assert not {"Set-Cookie", "Content-Security-Policy", "Vary"} & set(response.headers)


def test_without_a_worker_pages_are_served_so_it_is_ready(transactional_db, worker):
    """A balancer that took all web servers out would make an outage of it."""
    Worker.objects.update(seen_at=timezone.now() - Worker.ALIVE_FOR - timedelta(seconds=1))
    response = ask()
    assert response.status_code == 200
    assert response.json()["checks"]["worker"] == "failed"


def test_so_it_is_without_redis(db, settings, monkeypatch):
    settings.REDIS_URL = "redis://localhost:6379/0"
    assert ask().json()["checks"]["cache"] == "ok"

    class Refusing:
        def get(self, _key: str) -> None:
            raise ConnectionError("redis://:password@localhost")

    monkeypatch.setattr(readiness, "cache", Refusing())
    with json_lines() as lines:
        response = ask()
    assert (response.status_code, response.json()["checks"]["cache"]) == (200, "failed")
    assert "The check of cache failed: ConnectionError" in [line["message"] for line in lines()]


def refuse_connections() -> bool:
    raise OperationalError('connection to server at "db", port 5432 failed:\nrefused')


def test_without_the_database_it_is_not(monkeypatch):
    replace(monkeypatch, "database", refuse_connections)
    with json_lines() as lines:
        response = ask()
    assert response.status_code == 503
    assert response.json()["status"] == "not ready"
    assert response.json()["checks"]["database"] == "failed"
    said = [line["message"] for line in lines()]
    failed = 'The check of database failed: connection to server at "db", port 5432 failed:'
    assert failed in said


def test_before_a_migration_is_applied_it_is_not(db, monkeypatch):
    pending = [["a migration"]]
    monkeypatch.setattr(readiness, "pending_migrations", lambda: pending[0])
    replace(monkeypatch, "migrations", readiness.Migrations())
    response = ask()
    assert response.status_code == 503
    assert response.json()["checks"] | {"worker": ""} == {
        "database": "ok",
        "migrations": "failed",
        "worker": "",
    }
    pending[0] = []
    assert ask().status_code == 200
    pending[0] = ["another"]  # the code of a process does not change: it looks no more
    assert ask().status_code == 200


def test_a_database_that_hangs_is_not_waited_for(db, monkeypatch, hanging):
    monkeypatch.setattr(readiness, "SECONDS", 0.05)
    replace(monkeypatch, "database", hanging)
    response = ask()
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failed"


def test_one_thread_waits_however_many_ask(monkeypatch, hanging):
    monkeypatch.setattr(readiness, "SECONDS", 0)
    replace(monkeypatch, "database", hanging)
    run = hanging.begin()
    for _ in range(20):
        assert ask().status_code == 503
    assert hanging.begin() is run


def test_they_tell_nothing_that_a_stranger_may_not_know(monkeypatch):
    replace(monkeypatch, "database", refuse_connections)
    told = ask().content.decode() + ask("/healthz").content.decode()
    words = {"status", "checks", "database", "migrations", "worker", "ok", "failed", "not", "ready"}
    said = "".join(letter if letter.isalpha() else " " for letter in told).split()
    assert set(said) <= words


def test_they_have_no_line_and_are_not_counted(db):
    with json_lines() as lines:
        ask("/healthz")
    assert lines() == []
