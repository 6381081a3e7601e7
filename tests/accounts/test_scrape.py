"""`/metrics` within one process: who may read it, and what is in it."""

import re
from threading import Event
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import get_resolver
from prometheus_client.parser import text_string_to_metric_families

from accounts import metrics, registry, scrape
from accounts.bounded import Bounded
from accounts.models import Revocation
from tests.test_who_may import addresses

TOKEN = "t0ken-" * 8
PEOPLE = ["owner", "other_user", "administrator", "nobody"]
LIMIT = 300  # characters of a label: none comes from outside


@pytest.fixture(autouse=True)
def patience(monkeypatch) -> None:
    """Wait for what does not hang, however busy the machine is."""
    monkeypatch.setattr(scrape, "SECONDS", 60)


@pytest.fixture
def token(settings) -> dict[str, str]:
    """Set the token; return the headers that Prometheus sends."""
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def families(headers: dict[str, str]) -> dict[str, list]:
    """Return the samples of each metric as Prometheus's own parser reads them."""
    response = Client().get("/metrics", headers={"Host": "10.0.0.5:8000", **headers})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    found = text_string_to_metric_families(response.content.decode())
    return {each.name: each.samples for each in found}


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_without_a_setting_there_is_no_such_page(db, path):
    assert Client().get(path).status_code == 404
    assert Client().get(path, headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        *("", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer t0ken", f"Bearer {TOKEN}x"),
        *(f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} {TOKEN}", "Bearer \u00e4", f"Bearer: {TOKEN}"),
    ],
)
def test_without_the_token_nothing_is_told(token, sent):
    response = Client().get("/metrics", headers={"Authorization": sent})
    assert (response.status_code, response.content) == (401, b"")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_reads_it_by_a_session(request, person, token):
    assert request.getfixturevalue(person).get("/metrics").status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_has_no_case(db, token, scheme):
    assert families({"Authorization": f"{scheme} {TOKEN}"})


def test_it_is_compared_in_constant_time(token, monkeypatch):
    compare = Mock(return_value=False)
    monkeypatch.setattr(scrape, "constant_time_compare", compare)
    assert Client().get("/metrics", headers=token).status_code == 401
    compare.assert_called_once_with(TOKEN, TOKEN)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(token, method):
    assert getattr(Client(), method)("/metrics", headers=token).status_code == 405


def test_it_has_every_metric_that_is_promised(transactional_db, token):
    found = families(token)
    assert {
        "onelist_http_requests",
        "onelist_http_request_duration_seconds",
        "onelist_asana_request_duration_seconds",
        "onelist_sync_duration_seconds",
        "onelist_token_refreshes",
        "onelist_workers",
        "onelist_accounts_due",
        "onelist_accounts_due_seconds",
        "onelist_celery_queue_jobs",
        "onelist_revocations_waiting",
        "onelist_gauges_up",
    } <= set(found)
    assert all(each.value == 1 for each in found["onelist_gauges_up"])


def test_revocations_that_wait_are_counted(transactional_db, token):
    Revocation.objects.bulk_create(Revocation() for _ in range(3))
    (sample,) = families(token)["onelist_revocations_waiting"]
    assert sample.value == 3


def test_no_label_is_without_end(transactional_db, owner, token):
    """Views are those of the URLconf; all other labels are words of our code."""
    for path in ("/tasks/?q=x", "/nothing/1/", "/nothing/2/", "/admin/x/y/", "/workspaces/9999/"):
        owner.get(path)
    found = families(token)
    views = {each.labels["view"] for each in found["onelist_http_requests"]}
    names = {each.rpartition(":")[2] for each in addresses()}
    assert {"none", "asana_tasks:task_list"} <= views
    odd = {view for view in views - {"none", "static"} if view.rpartition(":")[2] not in names}
    assert all(re.fullmatch(r"(admin:)?[\w.<>]+", view) for view in odd), odd
    for name, samples in found.items():
        for sample in samples:
            if name.startswith("onelist_"):
                assert not re.search(r"\d{6,}|@|://", str(sample.labels | {"le": ""})), sample
                assert all(len(value) < LIMIT for value in sample.labels.values())
    assert get_resolver().url_patterns


def test_while_the_database_is_down_what_was_counted_is_told(token, monkeypatch):
    def refuses() -> list:
        raise OperationalError("down")

    monkeypatch.setitem(registry.gauges, "syncs", Bounded(refuses))
    found = families(token)
    up = {each.labels["source"]: each.value for each in found["onelist_gauges_up"]}
    assert up["syncs"] == 0
    assert "onelist_workers" not in found
    assert found["onelist_token_refreshes"]


def test_so_it_is_while_it_hangs(token, monkeypatch):
    goes_on = Event()
    monkeypatch.setattr(scrape, "SECONDS", 0.05)
    monkeypatch.setitem(registry.gauges, "syncs", Bounded(lambda: [goes_on.wait(60)]))
    up = {each.labels["source"]: each.value for each in families(token)["onelist_gauges_up"]}
    goes_on.set()
    assert up["syncs"] == 0


def test_outcomes_of_refreshes_are_there_before_the_first(token):
    """An increase is not seen if a counter appears with 1."""
    found = families(token)["onelist_token_refreshes"]
    totals = [each for each in found if each.name.endswith("_total")]
    assert {each.labels["outcome"] for each in totals} == set(metrics.REFRESHES)
