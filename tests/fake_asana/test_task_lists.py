from datetime import UTC, datetime, timedelta

import pytest

from tests.fake_asana.app import message
from tests.fake_asana.places import ARCHIVE, CHOIR, LIGHTHOUSE, MUSEUM, PERSONAL
from tests.stand_in import ADA, EMIL, OTHER_SAM, SAM

ONE_FILTER = (
    "Must specify exactly one of project, tag, section, user task list, or assignee + workspace"
)


def test_an_answer_without_opt_fields_is_compact(app):
    tasks = app.api(ADA).tasks(MUSEUM)
    assert set(tasks[0]) == {"gid", "resource_type", "name", "resource_subtype"}


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"assignee": "me"},
        {"workspace": MUSEUM},
        {"assignee": "me", "workspace": MUSEUM, "project": "7"},
        {"project": "7", "section": "7"},
    ],
)
def test_it_wants_exactly_one_filter(app, filters):
    response = app.api(ADA).get("/tasks", **filters)
    assert (response.status_code, message(response)) == (400, ONE_FILTER)


def test_completed_since_now_means_open(app):
    api = app.api(ADA)
    every = api.tasks(MUSEUM, opt_fields="completed")
    still_open = api.tasks(MUSEUM, opt_fields="completed", completed_since="now")
    assert any(task["completed"] for task in every)
    assert still_open == [task for task in every if not task["completed"]]


def test_completed_since_a_moment_brings_what_was_completed_after_it(app):
    since = datetime.now(UTC) - timedelta(days=30)
    tasks = app.api(ADA).tasks(
        LIGHTHOUSE, opt_fields="completed_at", completed_since=since.isoformat()
    )
    ends = [task["completed_at"] for task in tasks if task["completed_at"]]
    assert len(ends) == 7
    assert min(ends) > since.strftime("%Y-%m-%dT")


def test_modified_since_brings_the_changed_ones(asana, app):
    api = app.api(ADA)
    [gid] = [task["gid"] for task in api.tasks(PERSONAL) if task["name"] == "Dentist"]
    now = datetime.now(UTC).isoformat()
    assert api.tasks(PERSONAL, modified_since=now) == []
    api.put(f"/tasks/{gid}", {"data": {"name": "Dentist, again"}})
    assert [task["name"] for task in api.tasks(PERSONAL, modified_since=now)] == ["Dentist, again"]


@pytest.mark.parametrize("name", ["completed_since", "modified_since"])
def test_it_refuses_what_is_no_moment(app, name):
    response = app.api(ADA).get("/tasks", assignee="me", workspace=MUSEUM, **{name: "yesterday"})
    assert (response.status_code, message(response).split(":")[0]) == (400, name)


def test_unknown_parameters_are_ignored(app):
    assert app.api(ADA).tasks(MUSEUM, colour="blue", opt_pretty="true")


def test_tasks_of_others_are_never_listed(app):
    ada, sam = app.api(ADA), app.api(SAM)
    assert ada.data("/tasks", assignee=SAM, workspace=PERSONAL) == []
    own = {task["gid"] for task in ada.tasks(PERSONAL)}
    assert own.isdisjoint(task["gid"] for task in sam.tasks(PERSONAL))
    names = {task["name"] for task in app.api(OTHER_SAM).tasks(CHOIR)}
    assert names.isdisjoint(task["name"] for task in sam.tasks(PERSONAL))


def test_an_assignee_must_belong_to_the_workspace(app):
    api = app.api(ADA)
    elsewhere = api.get("/tasks", assignee=SAM, workspace=LIGHTHOUSE)
    assert message(elsewhere) == f"assignee: Not a user in Organization: {SAM}"
    nobody = api.get("/tasks", assignee="7", workspace=LIGHTHOUSE)
    assert message(nobody) == "assignee: Not a recognized ID: 7"
    assert [elsewhere.status_code, nobody.status_code] == [400, 400]


@pytest.mark.parametrize("kind", ["project", "section", "tag"])
def test_it_lists_by_one_place_as_well(app, kind):
    api = app.api(ADA)
    task = api.data("/tasks/1300101000000007")
    assert task["name"] == "Write the plan"
    membership = task["memberships"][0]
    gid = {**membership, "tag": task["tags"][0]}[kind]["gid"]
    assert task["gid"] in {each["gid"] for each in api.data("/tasks", **{kind: gid})}
    assert message(api.get("/tasks", **{kind: "7"})) == f"{kind}: Unknown object: 7"


def test_one_task_is_told_in_full_without_the_opt_in_fields(app):
    task = app.api(ADA).data("/tasks/1300101000000007")
    assert task["assignee"] == {"gid": ADA, "resource_type": "user", "name": "Ada Okafor"}
    assert task["custom_fields"][0]["display_value"] == "High"
    assert len(task["followers"]) == 3
    assert task["notes"].startswith("Three pages at most")
    assert task.keys().isdisjoint({"num_subtasks", "html_notes", "created_by"})


@pytest.mark.parametrize(
    ("gid", "status", "text"),
    [
        ("1300105000000001", 403, "task: Forbidden"),
        ("1300101000009999", 404, "task: Unknown object: 1300101000009999"),
        ("7", 404, "task: Unknown object: 7"),
        ("abc", 400, "task: Not a recognized ID: abc"),
    ],
)
def test_other_tasks_are_closed(app, gid, status, text):
    response = app.api(ADA).get(f"/tasks/{gid}")
    assert (response.status_code, message(response)) == (status, text)


def test_without_a_limit_a_long_list_is_refused(app):
    response = app.api(EMIL).get("/tasks", assignee="me", workspace=ARCHIVE)
    assert response.status_code == 400
    assert message(response).startswith("The result is too large. You should use pagination")
