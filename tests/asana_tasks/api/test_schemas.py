import datetime

import pytest

from asana_tasks.api.schemas import is_separator, parse_task, parse_workspace

DAY = datetime.date(2026, 11, 27)
TASK = {"gid": "1", "name": "Write the plan", "completed": False}
NOON = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)


def test_a_whole_row_is_kept_whole():
    task = parse_task(
        {
            "gid": "1",
            "name": "Write the plan",
            "resource_subtype": "milestone",
            "completed": True,
            "completed_at": "2026-11-27T12:00:00.000Z",
            "due_on": "2026-11-27",
            "due_at": "2026-11-27T12:00:00.000Z",
            "start_on": "2026-11-27",
            "permalink_url": "https://app.asana.com/1/2/task/1",
            "parent": {"gid": "3", "name": "The plan"},
            "memberships": [
                {"project": {"gid": "4", "name": "P"}, "section": {"gid": "5", "name": "S"}}
            ],
            "tags": [{"gid": "7", "name": "late"}, {"gid": "6", "name": "urgent"}],
            "created_by": {"gid": "8", "name": "Mira Lund"},
            "assignee_section": {"gid": "9", "name": "Do today"},
        }
    )
    assert task.due_on == task.start_on == DAY
    assert task.due_at == task.completed_at == NOON
    assert task.parent_name == "The plan"
    assert task.memberships[0]["section"] == {"gid": "5", "name": "S"}
    assert task.tags == [{"gid": "6", "name": "urgent"}, {"gid": "7", "name": "late"}]
    assert (task.created_by_gid, task.created_by_name) == ("8", "Mira Lund")
    assert (task.assignee_section_gid, task.assignee_section_name) == ("9", "Do today")
    assert task.completed
    assert task.resource_subtype == "milestone"


@pytest.mark.parametrize(
    "row", [None, [], "1", 1, {}, {"gid": None}, {"gid": 12}, {"gid": ""}, {"gid": "1/../2"}]
)
def test_a_row_without_a_gid_is_none(row):
    assert parse_task(row) is None
    assert parse_workspace(row) is None


@pytest.mark.parametrize(
    ("row", "separates"),
    [
        ({"gid": "1", "is_rendered_as_separator": True}, True),
        ({"gid": "1", "is_rendered_as_separator": "yes"}, False),
        ({"gid": "1"}, False),
        (None, False),
    ],
)
def test_a_separator_is_told_from_a_task(row, separates):
    assert is_separator(row) is separates


@pytest.mark.parametrize("odd", [None, 7, [], {}, True, "", "2026-13-45", "soon", "9" * 500])
def test_a_field_of_a_wrong_kind_counts_as_absent(odd):
    fields = ("name", "due_on", "due_at", "completed_at", "parent", "memberships", "permalink_url")
    related = ("tags", "created_by", "assignee_section")
    task = parse_task({**TASK, **dict.fromkeys(fields + related, odd)})
    assert task.due_on is None
    assert task.due_at is None
    assert task.completed_at is None
    assert task.memberships == []
    assert task.permalink_url == ""
    assert task.tags == []
    assert task.created_by_gid == task.assignee_section_gid == ""


def test_tags_are_bounded_and_each_is_one():
    many = [{"gid": str(number), "name": "long " * 100} for number in range(500)]
    tags = parse_task({**TASK, "tags": [*many[:2], *many, None, {"gid": 7}, "tag"]}).tags
    assert len(tags) == 98  # of a hundred rows
    assert {len(tag["name"]) for tag in tags} == {199}  # without the space at the end


def test_the_name_of_a_tag_is_one_line_as_a_form_sends_it_back():
    task = parse_task(
        {
            **TASK,
            "tags": [{"gid": "1", "name": " two\nlines  "}],
            "created_by": {"gid": "2", "name": "\u200b"},
        }
    )
    assert task.tags[0]["name"] == "two lines"
    assert (task.created_by_gid, task.created_by_name) == ("2", "")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://", "https://[", "x" * 9],
)
def test_a_link_that_is_no_web_page_is_dropped(url):
    assert parse_task({**TASK, "permalink_url": url}).permalink_url == ""


def test_a_due_time_without_a_day_gets_its_day():
    assert parse_task({**TASK, "due_at": "2026-11-27T12:00:00.000Z"}).due_on == DAY


@pytest.mark.parametrize("year", ["0001", "1899", "3000", "9999"])
def test_years_that_no_calendar_shows_count_as_absent(year):
    task = parse_task({**TASK, "due_on": f"{year}-12-31", "due_at": f"{year}-12-31T20:00:00Z"})
    assert task.due_on is None
    assert task.due_at is None


def test_what_a_database_cannot_hold_is_left_out():
    assert parse_task({**TASK, "name": "a\0b"}).name == "ab"
    assert parse_task({**TASK, "name": "a\ud800b"}).name == "a?b"


def test_a_local_time_without_a_zone_is_no_instant():
    assert parse_task({**TASK, "due_at": "2026-11-27T12:00:00"}).due_at is None


def test_a_name_that_nobody_can_see_counts_as_absent():
    unseen = {"gid": "7", "name": "\u200b \u3164"}
    task = parse_task({**TASK, **unseen, "parent": unseen, "memberships": [{"project": unseen}]})
    assert (task.name, task.parent_name, task.memberships[0]["project"]["name"]) == ("", "", "")
    assert parse_workspace(unseen).name == ""
