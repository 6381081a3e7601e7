"""Change tasks in a page that stays: it gets rows, counts and the report, and no more."""

import json
import re

import pytest

from asana_tasks.models import SyncState, Task
from tests.asana_tasks.conftest import named
from tests.markup import page_html
from tests.people import Person

CHANGE = "/tasks/change/"
PLAN = "Write the plan"


def change(person: Person, page: str = "/tasks/", **form):
    headers = {"hx-request": "true", "hx-current-url": f"http://testserver{page}"}
    return person.post(CHANGE, form, headers=headers)


def event(response) -> dict:
    told: dict = json.loads(response["HX-Trigger-After-Swap"])["tasks:changed"]
    return told


def rows(response) -> dict[int, str]:
    """Return how each row in the response is swapped, by key."""
    found = re.findall(r'<li id="task-(\d+)"[^>]*hx-swap-oob="(\w+)"', page_html(response))
    return {int(pk): how for pk, how in found}


def test_a_tick_takes_its_row_out_of_the_list_of_open_tasks(writer):
    task = named(PLAN)
    response = change(writer, complete=task.pk)
    assert rows(response) == {task.pk: "fold"}
    assert f"Completed: <bdi>{PLAN}</bdi>" in page_html(response)
    assert event(response)["tasks"] == [task.pk]
    assert event(response)["moved"] is False
    assert len(response.content) <= 2_000


def test_where_done_tasks_are_listed_the_row_stays(writer):
    task = named(PLAN)
    response = change(writer, "/tasks/?state=all", complete=task.pk)
    assert rows(response) == {task.pk: "merge"}
    assert f'name="reopen" value="{task.pk}"' in page_html(response)


def test_counts_are_those_of_the_list_it_was_made_in(writer):
    before = Task.objects.open().count()
    response = change(writer, complete=named(PLAN).pk)
    assert f"{before - 1} open" in page_html(response)
    assert re.search(r'id="count-today" hx-swap-oob="innerHTML">\d+<', page_html(response))
    filtered = change(writer, "/tasks/?q=interview", complete=named("Interview: Noor").pk)
    assert f"1 of {before - 2}" in page_html(filtered)


def test_an_undo_and_a_new_date_have_the_list_asked_for(writer):
    task = named(PLAN)
    assert event(change(writer, task=task.pk, due="+1w"))["moved"] is True
    change(writer, complete=task.pk)
    undone = change(writer, task=task.pk, do="reopen")
    assert event(undone)["moved"] is True
    assert rows(undone) == {task.pk: "merge"}


def test_what_failed_stays_as_it_was_and_is_told(writer, asana):
    task = named(PLAN)
    asana.order("server_error", value=500, path="/api/1.0/tasks")
    response = change(writer, complete=task.pk)
    assert rows(response) == {task.pk: "merge"}
    assert f'name="complete" value="{task.pk}"' in page_html(response)
    assert "has-failed" in page_html(response)
    assert event(response)["moved"] is False
    assert event(response)["steps"] == 0


def test_it_tells_the_version_and_how_much_of_it_is_its_own(writer):
    before = SyncState.objects.get().version
    told = event(change(writer, complete=named(PLAN).pk))
    assert told["version"] == before + told["steps"] == before + 1


@pytest.mark.parametrize("page", ["/tasks/calendar/", "/accounts/", "/elsewhere/", ""])
def test_another_page_gets_no_rows(writer, page):
    response = change(writer, page, complete=named(PLAN).pk)
    assert rows(response) == {}
    assert "Completed: <bdi>" in page_html(response)
    assert event(response)["moved"] is True  # it may be a calendar


def test_a_slip_is_told_where_changes_are(writer):
    response = change(writer, task=named(PLAN).pk, due="date", date="")
    assert rows(response) == {}
    assert "Choose a date first." in page_html(response)


def test_no_report_waits_for_the_next_page(writer):
    change(writer, complete=named(PLAN).pk)
    assert "Completed: <bdi>" not in page_html(writer.get("/tasks/?state=all"))


def test_nothing_of_others_is_told(writer, other_user, administrator):
    task = named(PLAN)
    for person in (other_user, administrator):
        headers = {"hx-request": "true", "hx-current-url": "http://testserver/tasks/"}
        response = person.post(CHANGE, {"complete": task.pk}, headers=headers)
        assert response.status_code == 404
        assert PLAN not in response.content.decode()
