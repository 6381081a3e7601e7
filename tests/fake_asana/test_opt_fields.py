import pytest

from tests.fake_asana.app import message
from tests.stand_in import ADA

PLAN = "/tasks/1300101000000007"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("name", {"gid", "name"}),
        ("this.name, due_on", {"gid", "name", "due_on"}),
        ("(name|due_on)", {"gid", "name", "due_on"}),
        ("this.(name|due_on),num_subtasks", {"gid", "name", "due_on", "num_subtasks"}),
        ("nothing_like_this,name", {"gid", "name"}),
    ],
)
def test_it_tells_exactly_what_is_named_plus_gid(app, fields, told):
    assert set(app.api(ADA).data(PLAN, opt_fields=fields)) == told


def test_dots_lead_into_related_objects(app):
    task = app.api(ADA).data(PLAN, opt_fields="memberships.(project|section).name,workspace.name")
    [membership] = task["memberships"]
    assert membership["project"]["name"] == "Gauge launch"
    assert set(membership["section"]) == {"gid", "name"}
    assert set(task["workspace"]) == {"gid", "name"}


def test_a_related_object_without_fields_is_a_reference(app):
    api = app.api(ADA)
    task = api.data(PLAN, opt_fields="assignee,projects,parent,custom_fields")
    assert task["assignee"] == {"gid": ADA, "resource_type": "user"}
    assert [set(project) for project in task["projects"]] == [{"gid", "resource_type"}]
    assert task["parent"] is None
    assert task["custom_fields"][0]["display_value"] == "High"


def test_a_subtask_knows_its_parent(app):
    api = app.api(ADA)
    task = api.data("/tasks/1300101000000011", opt_fields="parent.name,projects.name")
    assert task["parent"] == {"gid": "1300101000000007", "name": "Write the plan"}
    assert task["projects"] == []


def test_it_does_not_unfold_without_end(app):
    many = "(a|b|c|d|e|f|g|h|i|j)"
    response = app.api(ADA).get(PLAN, opt_fields=".".join([many] * 8))
    assert (response.status_code, message(response)) == (400, "opt_fields: Too many fields")
