"""Hold what counts as modifying a task, and what does not."""

from datetime import UTC, datetime

import pytest

from tests.fake_asana.places import LIGHTHOUSE, PERSONAL
from tests.stand_in import ADA, SAM

PLAN, OUTLINE = "1300101000000007", "1300101000000011"
HOUR = 3600


@pytest.fixture
def since():
    return datetime.now(UTC).isoformat()


@pytest.fixture
def api(asana, app, since):
    """Return Ada's API at a time of the stand-in well after `since`."""
    asana.advance(HOUR / 2)
    return app.api(ADA)


def modified(api, since):
    return [task["gid"] for task in api.tasks(LIGHTHOUSE, modified_since=since)]


CHANGES = {
    "renaming": {"name": "Write a better plan"},
    "completing": {"completed": True},
    "another day": {"due_on": "2027-01-01"},
    "a description": {"notes": "Four pages"},
    "another project": {"project": "Fair / Talks"},
    "other tags": {"tags": []},
    "assigning": {"assignee": ADA},
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_by_somebody_else_count(asana, api, since, change):
    assert modified(api, since) == []
    asana.change_task(PLAN, **CHANGES[change])
    assert modified(api, since) == [PLAN]
    told = datetime.fromisoformat(asana.task(PLAN)["modified_at"])
    assert HOUR / 2 <= (told - datetime.fromisoformat(since)).total_seconds() < HOUR


@pytest.mark.parametrize(
    "sent", [{"name": "Better"}, {"completed": True}, {"due_on": None}, {"notes": ""}]
)
def test_changes_through_the_api_count(api, since, sent):
    assert api.put(f"/tasks/{PLAN}", {"data": sent}).status_code == 200
    assert modified(api, since) == [PLAN]


def test_a_comment_counts(asana, api, since):
    asana.add_comment(PLAN, "Where is page two?")
    asana.add_comment(PLAN, "Here.", SAM)
    assert modified(api, since) == [PLAN]
    scope = "openid tasks:read stories:read"
    headers = {"Authorization": f"Bearer {asana.grant(ADA, scope)['access_token']}"}
    url = f"{asana.issuer}/tasks/{PLAN}/stories?opt_fields=text,created_by.name"
    *_, first, second = api.app.http.get(url, headers=headers).json()["data"]
    told = [(each["text"], each["created_by"]["name"]) for each in (first, second)]
    assert told == [("Where is page two?", "Mira Lund"), ("Here.", "Sam Reyes")]


def test_a_change_may_name_its_own_time(asana, api, since):
    asana.change_task(PLAN, name="Written long ago", modified_at="2020-01-02T03:04:05Z")
    assert asana.task(PLAN)["modified_at"] == "2020-01-02T03:04:05.000Z"
    assert modified(api, since) == []


@pytest.mark.parametrize("kind", ["project", "section"])
def test_renaming_where_a_task_is_does_not_count(asana, api, since, kind):
    gid = asana.task(PLAN)["memberships"][0][kind]["gid"]
    getattr(asana, f"rename_{kind}")(gid, "A new name")
    assert modified(api, since) == []
    places = [each for task in asana.tasks(ADA) for each in task["memberships"]]
    named = [each[kind]["name"] for each in places if each[kind]["gid"] == gid]
    assert len(named) > 1
    assert set(named) == {"A new name"}
    assert "A new name" not in {each[kind]["name"] for each in places if each[kind]["gid"] != gid}


def test_a_renamed_project_is_renamed_in_both_fields(asana, api):
    gid = asana.task(PLAN)["projects"][0]["gid"]
    asana.rename_project(gid, "A new name")
    told = api.data(f"/tasks/{PLAN}", opt_fields="projects.name,memberships.project.name")
    assert told["projects"][0]["name"] == told["memberships"][0]["project"]["name"] == "A new name"


def test_renaming_a_parent_renames_it_in_its_subtasks_without_counting_there(asana, api, since):
    asana.change_task(PLAN, name="Write the book")
    assert modified(api, since) == [PLAN]
    assert asana.task(OUTLINE)["parent"]["name"] == "Write the book"
    listed = api.data(f"/tasks/{PLAN}/subtasks", opt_fields="parent.name")
    assert {task["parent"]["name"] for task in listed} == {"Write the book"}


def test_changing_a_subtask_does_not_count_for_its_parent(asana, api, since):
    asana.change_task(OUTLINE, completed=True)
    assert modified(api, since) == [OUTLINE]


def test_moving_a_task_within_its_list_does_not_count(asana, api, since):
    asana.move_task(PLAN, None)
    assert modified(api, since) == []


def test_assigning_counts_for_who_has_it_now(asana, app, since):
    [gid] = [task["gid"] for task in asana.tasks(ADA) if task["name"] == "Dentist"]
    asana.assign(gid, SAM)
    sam = app.api(SAM)
    assert [task["gid"] for task in sam.tasks(PERSONAL, modified_since=since)] == [gid]
