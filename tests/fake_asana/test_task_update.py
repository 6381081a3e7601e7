import pytest

from tests.fake_asana.app import message
from tests.fake_asana.places import MUSEUM
from tests.stand_in import ADA

PLAN = "/tasks/1300101000000007"
APPROVAL = "/tasks/1300101000100008"


def change(api, path, **fields):
    response = api.put(path, {"data": fields})
    assert response.status_code == 200, response.text
    return response.json()["data"]


def test_completing_a_task_takes_it_off_the_open_list(app):
    api = app.api(ADA)
    done = change(api, APPROVAL, completed=True)
    assert done["completed_at"] == done["modified_at"]
    assert done["completed_by"]["gid"] == ADA
    still_open = api.tasks(MUSEUM, completed_since="now")
    assert APPROVAL.rpartition("/")[2] not in {task["gid"] for task in still_open}


def test_only_what_was_sent_changes(app):
    api = app.api(ADA)
    before = api.data(PLAN)
    after = change(api, PLAN, name="Write a better plan")
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"name", "modified_at"}


@pytest.mark.parametrize(
    ("sent", "completed", "approval_status"),
    [
        ({"completed": True}, True, "approved"),
        ({"approval_status": "rejected"}, True, "rejected"),
        ({"approval_status": "changes_requested"}, True, "changes_requested"),
        ({"approval_status": "pending"}, False, "pending"),
    ],
)
def test_approvals_and_completion_stay_in_step(app, sent, completed, approval_status):
    task = change(app.api(ADA), APPROVAL, **sent)
    assert (task["completed"], task["approval_status"]) == (completed, approval_status)


def test_reopening_forgets_when_and_by_whom(app):
    api = app.api(ADA)
    change(api, APPROVAL, completed=True)
    task = change(api, APPROVAL, completed=False)
    told = task["approval_status"], task["completed_at"], task["completed_by"]
    assert told == ("pending", None, None)


def test_a_due_time_brings_its_day_and_a_day_removes_the_time(app):
    api = app.api(ADA)
    task = change(api, PLAN, due_at="2027-03-04T12:00:00Z")
    assert task["due_at"] == "2027-03-04T12:00:00.000Z"
    assert task["due_on"] == "2027-03-04"
    task = change(api, PLAN, due_on="2027-05-06")
    assert (task["due_on"], task["due_at"]) == ("2027-05-06", None)
    task = change(api, PLAN, due_on=None)
    assert (task["due_on"], task["due_at"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"data": {"projects": []}}, "projects: Cannot write this property"),
        ({"data": {"gid": "7"}}, "gid: Cannot write this property"),
        ({"data": {"approval_status": "approved"}}, "approval_status: Cannot write this property"),
        ({"data": {"completed": "yes"}}, "completed: Not a boolean: yes"),
        ({"data": {"name": 7}}, "name: Not a string: 7"),
        ({"data": {"due_on": "soon"}}, "due_on: Not a valid date: soon"),
        ({"data": {"due_at": "soon"}}, "due_at: Not a valid date-time: soon"),
        (
            {"data": {"due_on": "2027-01-01", "due_at": "2027-01-01T00:00:00Z"}},
            "You may only provide one of due_on or due_at!",
        ),
        ({"data": []}, "data: Value is not an object"),
        (
            {"completed": True},
            "Unrecognized request field completed . "
            "The only allowed keys at the top level are: data, options.",
        ),
    ],
)
def test_it_refuses_what_does_not_fit_and_changes_nothing(app, body, text):
    api = app.api(ADA)
    before = api.data(PLAN)
    response = api.put(PLAN, body)
    assert (response.status_code, message(response)) == (400, text)
    assert api.data(PLAN) == before


def test_it_refuses_broken_json_and_takes_form_fields(app):
    api = app.api(ADA)
    url = app.asana.issuer + PLAN
    headers = {**api.headers, "Content-Type": "application/json"}
    broken = app.http.put(url, data="{", headers=headers)
    assert message(broken) == "Could not parse request data, invalid JSON"
    form = app.http.put(url, data={"completed": "true"}, headers=api.headers)
    assert form.json()["data"]["completed"] is True


def test_nobody_changes_the_task_of_another(app):
    response = app.api(ADA).put("/tasks/1300106000000001", {"data": {"completed": True}})
    assert (response.status_code, message(response)) == (403, "task: Forbidden")
