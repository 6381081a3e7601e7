import itertools

import pytest

from tests.fake_asana.app import message
from tests.fake_asana.places import LIGHTHOUSE, MUSEUM, PERSONAL
from tests.stand_in import ADA, SAM

IN_MUSEUM = "1300101000100001"


def test_forbid_workspace_closes_what_is_still_listed(asana, app):
    api = app.api(ADA)
    asana.order("forbid_workspace", value=MUSEUM)
    assert MUSEUM in {each["gid"] for each in api.data("/workspaces")}
    response = api.get("/tasks", assignee="me", workspace=MUSEUM)
    assert (response.status_code, message(response)) == (403, "workspace: Forbidden")
    assert api.get("/tasks/1300101000100001").status_code == 403
    assert api.tasks(LIGHTHOUSE)


def test_forbid_workspace_counts_only_calls_about_it(asana, app):
    api = app.api(ADA)
    asana.order("forbid_workspace", value=MUSEUM, times=1)
    assert api.tasks(LIGHTHOUSE)
    assert api.get("/tasks", assignee="me", workspace=MUSEUM).status_code == 403
    assert api.tasks(MUSEUM)


def test_hide_workspace_takes_it_from_the_list_as_well(asana, app):
    ada, sam = app.api(ADA), app.api(SAM)
    asana.order("hide_workspace", value=PERSONAL, person=ADA)
    assert [each["gid"] for each in ada.data("/workspaces")] == [LIGHTHOUSE, MUSEUM]
    assert len(ada.data("/users/me")["workspaces"]) == 2
    response = ada.get("/tasks", assignee="me", workspace=PERSONAL)
    assert (response.status_code, message(response)[:9]) == (404, "workspace")
    assert sam.tasks(PERSONAL)


def test_endless_pages_begin_again_after_the_last(asana, app):
    api = app.api(ADA)
    asana.order("endless_pages", path="/api/1.0/tasks")
    pages = api.pages("/tasks", assignee="me", workspace=MUSEUM)
    first, *others = itertools.islice(pages, 5)
    assert len(first) == 17
    assert others == [first] * 4


def test_omit_next_page_leaves_the_key_out(asana, app):
    api = app.api(ADA)
    asana.order("omit_next_page")
    assert "next_page" not in api.get("/tasks", assignee="me", workspace=MUSEUM, limit=5).json()


def test_unreadable_row_takes_one_gid_from_a_page(asana, app):
    api = app.api(ADA)
    asana.order("unreadable_row")
    page = api.get("/tasks", assignee="me", workspace=MUSEUM, limit=5).json()
    assert [each["gid"] is None for each in page["data"]] == [True, False, False, False, False]


def test_empty_with_errors_is_a_200(asana, app):
    api = app.api(ADA)
    asana.order("empty_with_errors")
    response = api.get("/tasks", assignee="me", workspace=MUSEUM, limit=5)
    assert (response.status_code, response.json()["data"]) == (200, [])
    assert response.json()["errors"]


def test_foreign_page_names_another_host(asana, app):
    api = app.api(ADA)
    asana.order("foreign_page")
    response = api.get("/tasks", assignee="me", workspace=MUSEUM, limit=5).json()
    assert response["next_page"]["uri"].startswith("https://asana.elsewhere.example/api/1.0/tasks?")
    following = api.get(response["next_page"]["path"])
    assert following.status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("forbid_workspace", 403, "task: Forbidden"),
        ("hide_workspace", 404, f"task: Unknown object: {IN_MUSEUM}"),
    ],
)
def test_a_task_in_a_closed_workspace_is_closed_as_well(asana, app, fault, status, text):
    api = app.api(ADA)
    asana.order(fault, value=MUSEUM)
    for response in (
        api.get(f"/tasks/{IN_MUSEUM}"),
        api.get(f"/tasks/{IN_MUSEUM}/subtasks"),
        api.put(f"/tasks/{IN_MUSEUM}", {"data": {"completed": True}}),
    ):
        assert (response.status_code, message(response)) == (status, text)


def test_forbid_task_closes_one_that_is_still_listed(asana, app):
    api = app.api(ADA)
    asana.order("forbid_task", value=IN_MUSEUM)
    assert IN_MUSEUM in {task["gid"] for task in api.tasks(MUSEUM)}
    response = api.get(f"/tasks/{IN_MUSEUM}")
    assert (response.status_code, message(response)) == (403, "task: Forbidden")
    assert api.get("/tasks/1300101000100002").status_code == 200
