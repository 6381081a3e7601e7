"""Hold what happens to a task from the day it is made: the control endpoints for whole lives."""

from tests.fake_asana.places import LIGHTHOUSE, MUSEUM, PERSONAL, QUIET
from tests.stand_in import ADA, BEN, OTHER_SAM, SAM

PLAN, APPROVAL = "1300101000000007", "1300101000100008"
PRIVATE = "1300101000200001"


def listed(api, workspace):
    return [task["gid"] for task in api.tasks(workspace)]


def test_a_created_task_is_in_the_list_and_in_its_project(asana, app):
    api = app.api(ADA)
    made = asana.create_task(
        ADA, "Buy ink", workspace=MUSEUM, due_on="2027-03-04", project="Tidal room / Build"
    )
    told = api.data(f"/tasks/{made['gid']}")
    assert (told["name"], told["due_on"], told["completed"]) == ("Buy ink", "2027-03-04", False)
    assert told["created_at"] == told["modified_at"]
    assert told["assignee"]["gid"] == ADA
    assert told["memberships"][0]["section"]["name"] == "Build"
    assert listed(api, MUSEUM)[0] == made["gid"]
    project = told["projects"][0]["gid"]
    assert made["gid"] in {task["gid"] for task in api.data("/tasks", project=project)}


def test_it_may_be_created_at_the_end(asana, app):
    api = app.api(BEN)
    first, second, third = (
        asana.create_task(BEN, name, workspace=QUIET, place=place)["gid"]
        for name, place in (("b", "end"), ("c", "end"), ("a", "start"))
    )
    assert listed(api, QUIET) == [third, first, second]


def test_a_created_task_can_be_changed_and_deleted(asana, app):
    api = app.api(ADA)
    gid = asana.create_task(ADA, "Buy ink", workspace=MUSEUM)["gid"]
    assert api.put(f"/tasks/{gid}", {"data": {"completed": True}}).status_code == 200
    assert asana.task(gid)["completed_by"]["gid"] == ADA
    asana.delete_task(gid)
    assert api.get(f"/tasks/{gid}").status_code == 404
    another = asana.create_task(ADA, "Buy paper", workspace=MUSEUM)["gid"]
    assert another != gid


def test_an_unassigned_task_leaves_the_list_but_can_be_read(asana, app):
    api = app.api(ADA)
    asana.unassign(PLAN)
    assert PLAN not in listed(api, LIGHTHOUSE)
    assert PLAN not in {task["gid"] for task in asana.tasks(ADA)}
    told = api.data(f"/tasks/{PLAN}")
    assert (told["assignee"], told["assignee_section"]) == (None, None)
    asana.assign(PLAN, ADA)
    assert listed(api, LIGHTHOUSE)[0] == PLAN


def test_an_assigned_task_is_in_the_list_of_the_other(asana, app):
    ada, sam = app.api(ADA), app.api(SAM)
    assert sam.get(f"/tasks/{PRIVATE}").status_code == 403
    asana.assign(PRIVATE, SAM)
    assert PRIVATE not in listed(ada, PERSONAL)
    assert listed(sam, PERSONAL)[0] == PRIVATE
    for api in (ada, sam):
        assert api.data(f"/tasks/{PRIVATE}")["assignee"]["gid"] == SAM
    assert sam.put(f"/tasks/{PRIVATE}", {"data": {"completed": True}}).status_code == 200
    asana.assign(PRIVATE, OTHER_SAM)
    assert sam.data(f"/tasks/{PRIVATE}")["assignee"]["gid"] == OTHER_SAM


def test_who_is_not_in_the_workspace_has_it_in_no_list(asana, app):
    sam = app.api(SAM)
    asana.assign(PLAN, SAM)
    assert PLAN not in {task["gid"] for task in asana.tasks(SAM)}
    assert sam.get(f"/tasks/{PLAN}").status_code == 403
    assert app.api(ADA).data(f"/tasks/{PLAN}")["assignee"]["gid"] == SAM


def test_a_task_can_go_to_another_workspace(asana, app):
    api = app.api(ADA)
    asana.move_to_workspace(PLAN, MUSEUM)
    assert PLAN not in listed(api, LIGHTHOUSE)
    assert listed(api, MUSEUM)[0] == PLAN
    told = api.data(f"/tasks/{PLAN}")
    assert (told["workspace"]["gid"], told["projects"], told["tags"]) == (MUSEUM, [], [])
    assert app.http.get(told["permalink_url"]).status_code == 200


def test_a_task_can_be_moved_within_its_list(asana, app):
    api = app.api(ADA)
    first, second, *others = listed(api, MUSEUM)
    asana.move_task(first, None)
    assert listed(api, MUSEUM) == [second, *others, first]
    asana.move_task(first, others[0])
    assert listed(api, MUSEUM) == [second, first, *others]
    asana.move_task(others[0], second)
    assert listed(api, MUSEUM) == [others[0], second, first, *others[1:]]


def test_there_is_always_room_between_two_tasks(asana, app):
    api = app.api(ADA)
    first, second, third, *others = listed(api, MUSEUM)
    for _ in range(100):
        asana.move_task(third, second)
        asana.move_task(second, third)
    assert listed(api, MUSEUM) == [first, second, third, *others]


def test_completing_and_reopening_by_somebody_else(asana, app):
    api = app.api(ADA)
    asana.complete(APPROVAL)
    told = api.data(f"/tasks/{APPROVAL}")
    assert told["completed_at"] == told["modified_at"]
    assert told["completed_by"]["name"] == "Mira Lund"
    assert told["approval_status"] == "approved"
    asana.reopen(APPROVAL)
    told = api.data(f"/tasks/{APPROVAL}")
    assert (told["completed_at"], told["completed_by"]) == (None, None)
    assert told["approval_status"] == "pending"
    asana.complete(APPROVAL, SAM)
    assert api.data(f"/tasks/{APPROVAL}")["completed_by"]["gid"] == SAM


def test_a_renamed_place_has_its_name_in_new_tasks_too(asana):
    asana.rename_project(asana.task(PLAN)["projects"][0]["gid"], "Gauge, second try")
    made = asana.create_task(ADA, "x", workspace=LIGHTHOUSE, project="Gauge launch / Doing")
    assert made["projects"] == asana.task(PLAN)["projects"]
    assert made["memberships"][0]["project"]["name"] == "Gauge, second try"


def test_a_project_that_came_with_a_new_task_can_be_renamed(asana):
    made = asana.create_task(ADA, "x", workspace=LIGHTHOUSE, project="Brand new")
    asana.rename_project(made["projects"][0]["gid"], "Old")
    assert asana.task(made["gid"])["projects"][0]["name"] == "Old"


def test_reset_undoes_all_of_it(asana):
    before = asana.tasks(ADA)
    asana.rename_project(asana.task(PLAN)["projects"][0]["gid"], "Renamed")
    asana.create_task(ADA, "x", workspace=MUSEUM)
    asana.assign(PRIVATE, SAM)
    asana.move_task(APPROVAL, None)
    asana.change_task(PLAN, name="Write the book")
    asana.reset()
    assert asana.tasks(ADA) == before
    assert PRIVATE not in {task["gid"] for task in asana.tasks(SAM)}
