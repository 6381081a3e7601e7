"""Hold what happens to pages of a list that changes while somebody reads them."""

import pytest

from tests.fake_asana.app import App, message
from tests.fake_asana.places import LIGHTHOUSE
from tests.stand_in import ADA, StandIn

MINE = {"assignee": "me", "workspace": LIGHTHOUSE, "limit": 5}
INVALID = "offset: Your pagination token is invalid."


@pytest.fixture
def api(app):
    return app.api(ADA)


@pytest.fixture
def every(api):
    return [task["gid"] for task in api.tasks(LIGHTHOUSE)]


def page(api, offset=None, **asked):
    response = api.get("/tasks", **{**MINE, **asked}, offset=offset).json()
    gids = [task["gid"] for task in response["data"]]
    return gids, response["next_page"] and response["next_page"]["offset"]


def test_by_position_a_new_first_task_makes_one_come_twice(asana, api, every):
    first, offset = page(api)
    asana.create_task(ADA, "New", workspace=LIGHTHOUSE)
    second, _ = page(api, offset)
    assert second == [first[-1], *every[5:9]]


def test_by_position_a_completed_task_hides_another_where_only_open_ones_are_listed(
    asana, api, every
):
    first, offset = page(api, completed_since="now")
    asana.complete(first[0])
    assert page(api, offset, completed_since="now")[0] == every[6:11]


def test_by_position_a_completed_task_hides_none_where_all_are_listed(asana, api, every):
    first, offset = page(api)
    asana.complete(first[0])
    assert page(api, offset)[0] == every[5:10]


def test_by_position_a_moved_task_shifts_what_is_between(asana, api, every):
    _, offset = page(api)
    asana.move_task(every[0], None)
    assert page(api, offset)[0] == every[6:11]


def test_by_rank_what_leaves_or_joins_shifts_nothing(asana, api, every):
    asana.order("rank_offsets")
    _, offset = page(api)
    asana.delete_task(every[0])
    asana.unassign(every[1])
    asana.create_task(ADA, "New", workspace=LIGHTHOUSE)
    assert page(api, offset)[0] == every[5:10]


def test_by_rank_the_next_row_itself_may_be_gone(asana, api, every):
    asana.order("rank_offsets")
    _, offset = page(api)
    asana.delete_task(every[5])
    assert page(api, offset)[0] == every[6:11]


def test_by_rank_a_moved_task_comes_twice_or_never(asana, api, every):
    asana.order("rank_offsets")
    _, offset = page(api)
    asana.move_task(every[0], every[6])
    asana.move_task(every[7], every[1])
    second, _ = page(api, offset)
    assert second == [every[5], every[0], every[6], every[8], every[9]]


def test_by_rank_all_pages_hold_all_tasks(asana, api, every):
    asana.order("rank_offsets")
    asana.move_task(every[3], every[0])
    asana.move_task(every[20], every[2])
    seen, offset = page(api)
    while offset:
        more, offset = page(api, offset)
        seen += more
    assert seen == [task["gid"] for task in api.tasks(LIGHTHOUSE)]


def test_lists_of_other_things_have_positions_only(asana, api):
    asana.order("rank_offsets")
    first = api.get("/workspaces", limit=2).json()
    last = api.get("/workspaces", limit=2, offset=first["next_page"]["offset"]).json()
    assert [len(first["data"]), len(last["data"]), last["next_page"]] == [2, 1, None]


def test_the_flag_sets_ranks_from_the_start():
    with StandIn.start("--offsets=rank") as asana:
        app = App(asana)
        api = app.api(ADA)
        first, offset = page(api)
        following, _ = page(api, offset)
        asana.delete_task(first[0])
        assert page(api, offset)[0] == following
        app.http.close()


def test_ends_early_says_that_a_page_is_the_last(asana, api, every):
    asana.order("ends_early", times=1)
    assert page(api) == (every[:5], None)
    assert page(api)[1] is not None


def test_ends_early_may_leave_out_rows(asana, api, every):
    asana.order("ends_early", value=2, times=1)
    assert page(api) == (every[:3], None)
    asana.order("ends_early", value=7, times=1)
    assert page(api) == ([], None)


def test_ends_early_waits_for_a_page_that_has_a_next_one(asana, api, every):
    asana.order("ends_early", times=1)
    assert len(page(api, limit=100)[0]) == len(every)
    assert page(api) == (every[:5], None)


def test_expire_offsets_refuses_the_next_one(asana, api):
    _, offset = page(api)
    asana.order("expire_offsets", times=1)
    assert page(api)[1]
    refused = api.get("/tasks", **MINE, offset=offset)
    assert (refused.status_code, message(refused)) == (400, INVALID)
    assert page(api, offset)[0]
