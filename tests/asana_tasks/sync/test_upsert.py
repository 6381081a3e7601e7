from datetime import UTC, date, datetime

import pytest

from asana_tasks.models import Project, Task
from asana_tasks.sync.upsert import upsert
from tests.asana_tasks.rows import workspace_of

UNIQUE = ["account_id", "gid"]
NOW = datetime(2026, 11, 27, 10, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def workspace(owner):
    return workspace_of(owner.account)


def task(workspace, **values) -> dict:
    account = workspace.account
    known = {"user": account.user, "account": account, "workspace": workspace, "seen_in": 7}
    made = Task(**{**known, "gid": "1", **values})
    return {each.attname: getattr(made, each.attname) for each in Task._meta.concrete_fields}


def test_a_row_comes_back_as_it_was_given(workspace):
    given = {
        "name": 'Č "quoted" %s',
        "completed": True,
        "completed_at": NOW,
        "due_on": date(2026, 11, 27),
        "memberships": [{"project": {"gid": "1", "name": "ž"}, "section": None}],
    }
    upsert(Task, [task(workspace, **given)], UNIQUE)
    row = Task.objects.get(gid="1")
    assert {name: getattr(row, name) for name in given} == given
    assert (row.seen_in, row.due_at, row.search_text) == (7, None, "")


def test_one_that_is_there_follows_in_the_fields_named_alone(workspace):
    upsert(Task, [task(workspace, name="Old", parent_name="Old")], UNIQUE)
    first = Task.objects.get(gid="1")
    new = task(workspace, name="New", parent_name="New")
    upsert(Task, [new], UNIQUE, update=["name"])
    row = Task.objects.get(gid="1")
    assert (row.pk, row.name, row.parent_name) == (first.pk, "New", "Old")
    upsert(Task, [task(workspace, name="Newer")], UNIQUE)
    assert Task.objects.get(gid="1").name == "New"


def test_no_rows_are_no_query(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        upsert(Task, [], UNIQUE)


def test_many_rows_are_few_queries(workspace, django_assert_num_queries):
    account = workspace.account
    row = {"account_id": account.pk, "name": "N"}
    rows = [{**row, "gid": str(number)} for number in range(600)]
    with django_assert_num_queries(2):
        upsert(Project, rows, UNIQUE, update=["name"])
    assert account.projects.count() == 600
