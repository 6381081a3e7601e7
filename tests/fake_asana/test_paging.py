import pytest

from tests.fake_asana.app import message
from tests.fake_asana.places import ARCHIVE, LIGHTHOUSE, MUSEUM, TIDES
from tests.stand_in import ADA, DORA, EMIL, FAY

MINE = {"assignee": "me", "workspace": LIGHTHOUSE}
INVALID = "offset: Your pagination token is invalid."


def test_there_is_a_next_page_only_where_limit_was_sent(app):
    api = app.api(ADA)
    assert "next_page" not in api.get("/tasks", **MINE).json()
    assert api.get("/tasks", limit=100, **MINE).json()["next_page"] is None


def test_pages_follow_each_other_without_gaps(app):
    api = app.api(ADA)
    every = api.tasks(LIGHTHOUSE)
    seen: list[dict[str, str]] = []
    offset = None
    while offset is not None or not seen:
        response = api.get("/tasks", limit=7, offset=offset, **MINE).json()
        seen += response["data"]
        offset = response["next_page"] and response["next_page"]["offset"]
    assert seen == every


def test_next_page_says_the_same_three_ways(app):
    api = app.api(ADA)
    following = api.get("/tasks", limit=7, opt_fields="due_on", **MINE).json()["next_page"]
    by_offset = api.get("/tasks", limit=7, opt_fields="due_on", offset=following["offset"], **MINE)
    assert following["uri"] == app.asana.issuer + following["path"]
    assert api.get(following["path"]).json()["data"] == by_offset.json()["data"]


@pytest.mark.parametrize(
    ("person", "workspace", "tasks"), [(EMIL, ARCHIVE, 10_000), (FAY, TIDES, 20_000)]
)
def test_thousands_of_tasks_come_in_pages_of_a_hundred(app, person, workspace, tasks):
    api = app.api(person)
    pages = [*api.pages("/tasks", assignee="me", workspace=workspace, completed_since="now")]
    gids = [task["gid"] for page in pages for task in page]
    assert len(gids) == len(set(gids)) == tasks
    assert len(pages) == tasks / 100


def test_eight_workspaces_of_250(app):
    api = app.api(DORA)
    gids = [
        task["gid"]
        for workspace in api.data("/workspaces")
        for page in api.pages("/tasks", assignee="me", workspace=workspace["gid"])
        for task in page
    ]
    assert len(gids) == len(set(gids)) == 2000


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "", "²"])
def test_limit_is_between_1_and_100(app, limit):
    response = app.api(ADA).get("/tasks", limit=limit, **MINE)
    assert (response.status_code, message(response)[:6]) == (400, "limit:")


def test_an_offset_belongs_to_its_question_and_person(app):
    ada, dora = app.api(ADA), app.api(DORA)
    offset = ada.get("/tasks", limit=5, **MINE).json()["next_page"]["offset"]
    for response in (
        ada.get("/tasks", limit=5, offset=offset + "x", **MINE),
        ada.get("/tasks", limit=5, offset="5", **MINE),
        ada.get("/tasks", limit=5, offset=offset, assignee="me", workspace=MUSEUM),
        ada.get("/tasks", limit=5, offset=offset, completed_since="now", **MINE),
        dora.get("/workspaces", limit=5, offset=offset),
    ):
        assert (response.status_code, message(response)) == (400, INVALID)


def test_an_offset_grows_old_in_15_minutes(asana, app):
    api = app.api(ADA)
    offset = api.get("/tasks", limit=5, **MINE).json()["next_page"]["offset"]
    asana.advance(14 * 60)
    assert api.get("/tasks", limit=5, offset=offset, **MINE).status_code == 200
    asana.advance(61)
    assert message(api.get("/tasks", limit=5, offset=offset, **MINE)) == INVALID


@pytest.mark.parametrize("gone", ["delete_task", "unassign"])
def test_a_task_that_leaves_the_list_between_two_pages_hides_another(asana, app, gone):
    api = app.api(ADA)
    every = [task["gid"] for task in api.tasks(LIGHTHOUSE)]
    first = api.get("/tasks", limit=5, **MINE).json()
    getattr(asana, gone)(every[0])
    second = api.get("/tasks", limit=5, offset=first["next_page"]["offset"], **MINE).json()
    assert [task["gid"] for task in second["data"]] == every[6:11]
