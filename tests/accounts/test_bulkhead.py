import threading
from types import SimpleNamespace

import pytest
import requests
from django.http import HttpResponse

from accounts import bulkhead, http
from asana_tasks.models import Task
from scripts import web_server
from tests.asana_tasks.conftest import named

PLAN = "Write the plan"


@pytest.fixture
def slots(monkeypatch) -> threading.BoundedSemaphore:
    """Leave one slot to this process."""
    slots = threading.BoundedSemaphore(1)
    monkeypatch.setattr("accounts.bulkhead._slots", slots)
    return slots


@pytest.fixture
def now(monkeypatch) -> SimpleNamespace:
    """Set the time that deadlines are compared with; return the object that holds it."""
    now = SimpleNamespace(seconds=1000.0)
    clock = SimpleNamespace(monotonic=lambda: now.seconds)
    monkeypatch.setattr("accounts.bulkhead.time", clock)
    return now


def in_a_web_request(rf, view) -> HttpResponse:
    return bulkhead.limit_waiting(view)(rf.get("/"))


def completing(task: Task) -> dict[str, object]:
    return {"task": task.pk, "do": "complete", "due": ""}


def test_half_of_the_threads_may_wait():
    assert bulkhead.SLOTS * 2 == web_server.THREADS


def test_without_a_slot_nobody_waits_and_asana_is_not_asked(slots, owner_with_tasks, asana):
    owner_with_tasks.allow_writing(asana)
    before = len(asana.requests())
    slots.acquire()
    assert (
        "Asana is slow right now."
        in owner_with_tasks.get(f"/tasks/{named(PLAN).pk}/").content.decode()
    )
    owner_with_tasks.post("/tasks/change/", completing(named(PLAN)))
    page = owner_with_tasks.get("/tasks/").content.decode()
    assert "Asana is slow right now. Try again in a moment. Nothing has been changed." in page
    assert not named(PLAN).completed
    assert len(asana.requests()) == before


def test_without_a_slot_no_sign_in_begins_and_none_ends(slots, nobody, asana, db):
    slots.acquire()
    response = nobody.post("/login/asana/")
    assert response.status_code == 503
    assert "Asana isn&#x27;t answering" in response.content.decode()


def test_pages_of_the_database_need_no_slot(slots, owner_with_tasks, nobody):
    slots.acquire()
    assert owner_with_tasks.get("/tasks/").status_code == 200
    assert nobody.get("/login/").status_code == 200


def test_a_slot_is_given_back_also_after_an_error(slots, owner_with_tasks, asana):
    path = f"/tasks/{named(PLAN).pk}/"
    asana.order("drop", times=1)
    for _ in range(3):
        owner_with_tasks.get(path)
    assert slots.acquire(blocking=False)


def test_all_threads_of_a_change_share_one_slot(slots, owner_with_tasks, asana):
    owner_with_tasks.allow_writing(asana)
    tasks = Task.objects.filter(completed=False, resource_subtype="default_task")
    pks = list(tasks.values_list("pk", flat=True)[:6])
    owner_with_tasks.post("/tasks/change/", {"do": "complete", "task": pks, "due": ""})
    assert Task.objects.filter(pk__in=pks, completed=True).count() == 6


def test_one_deadline_holds_for_all_that_a_request_asks(op, rf, now):
    asked = []

    def view(_request: object) -> HttpResponse:
        asked.append(http.send("GET", op.url + "/one"))
        now.seconds += bulkhead.SECONDS - 1
        asked.append(http.send("GET", op.url + "/two"))
        now.seconds += 1
        with pytest.raises(requests.Timeout):
            http.send("GET", op.url + "/three")
        return HttpResponse()

    in_a_web_request(rf, view)
    assert [seen.path for seen in op.seen] == ["/one", "/two"]


def test_a_page_of_a_task_has_a_shorter_one(rf, now):
    def view(_request: object) -> HttpResponse:
        with bulkhead.slot(5):
            now.seconds += 4
            with bulkhead.slot() as left:
                assert left == 1
            now.seconds += 1
            with pytest.raises(bulkhead.MayNotWait):
                http.send("GET", "http://127.0.0.1:9/")
        return HttpResponse()

    assert in_a_web_request(rf, view).status_code == 200


def test_commands_have_no_limits(slots, op, now):
    slots.acquire()
    now.seconds += 100
    assert http.send("GET", op.url + "/x").status_code == 404
