from tests.fake_asana.app import message
from tests.fake_asana.places import MUSEUM
from tests.stand_in import ADA, SAM

PLAN = "1300101000000007"
SUBTASKS = f"/tasks/{PLAN}/subtasks"


def test_it_lists_them_compact_and_in_order(app):
    found = app.api(ADA).data(SUBTASKS)
    assert [task["name"] for task in found] == ["Outline", "Ask Tom for the figures", "Proofread"]
    assert set(found[0]) == {"gid", "resource_type", "name", "resource_subtype"}


def test_it_names_their_parent_if_asked(app):
    found = app.api(ADA).data(SUBTASKS, opt_fields="parent,completed")
    assert {task["parent"]["gid"] for task in found} == {PLAN}
    assert {task["completed"] for task in found} == {False}


def test_it_pages(app):
    api = app.api(ADA)
    first = api.get(SUBTASKS, limit=2).json()
    assert len(first["data"]) == 2
    last = api.get(SUBTASKS, limit=2, offset=first["next_page"]["offset"]).json()
    assert [task["name"] for task in last["data"]] == ["Proofread"]
    assert last["next_page"] is None


def test_a_task_without_any_has_an_empty_list(app):
    api = app.api(ADA)
    task = api.tasks(MUSEUM)[0]["gid"]
    assert api.data(f"/tasks/{task}/subtasks") == []


def test_a_deleted_one_is_gone(app, asana):
    api = app.api(ADA)
    asana.delete_task(api.data(SUBTASKS)[0]["gid"])
    assert len(api.data(SUBTASKS)) == 2


def test_nobody_lists_those_of_another(app):
    response = app.api(SAM).get(SUBTASKS)
    assert (response.status_code, message(response)) == (403, "task: Forbidden")


def test_it_needs_tasks_read(app):
    response = app.api(ADA, scope="openid users:read").get(SUBTASKS)
    assert response.status_code == 403


def test_an_unknown_parent_is_unknown(app):
    assert app.api(ADA).get("/tasks/7/subtasks").status_code == 404
