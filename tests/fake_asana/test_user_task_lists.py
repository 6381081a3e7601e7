from tests.fake_asana.app import message
from tests.fake_asana.places import MUSEUM, PERSONAL
from tests.stand_in import ADA, SAM


def test_there_is_one_for_each_workspace(app):
    api = app.api(ADA)
    found = api.data("/users/me/user_task_list", workspace=MUSEUM)
    assert found["name"] == "My tasks in Riverside Museum"
    assert found["owner"]["gid"] == ADA
    assert found["workspace"]["gid"] == MUSEUM
    assert api.data(f"/user_task_lists/{found['gid']}") == found
    assert found["gid"] != api.data("/users/me/user_task_list", workspace=PERSONAL)["gid"]


def test_it_holds_the_same_tasks(app):
    api = app.api(ADA)
    gid = api.data("/users/me/user_task_list", workspace=MUSEUM)["gid"]
    assert api.data(f"/user_task_lists/{gid}/tasks") == api.tasks(MUSEUM)
    pages = api.pages(f"/user_task_lists/{gid}/tasks", completed_since="now")
    paged = [task for page in pages for task in page]
    assert paged == api.tasks(MUSEUM, completed_since="now")


def test_it_wants_a_workspace(app):
    response = app.api(ADA).get("/users/me/user_task_list")
    assert (response.status_code, message(response)) == (400, "workspace: Missing input")


def test_the_list_of_another_is_private(app):
    api = app.api(ADA)
    gid = api.data(f"/users/{SAM}/user_task_list", workspace=PERSONAL)["gid"]
    response = api.get(f"/user_task_lists/{gid}/tasks")
    assert (response.status_code, message(response)[:15]) == (404, "user_task_list:")
