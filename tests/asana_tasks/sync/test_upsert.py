from datetime import UTC, date, datetime

import pytest

from asana_tasks.models import Project, Task
from asana_tasks.sync.upsert import upsert
from tests.asana_tasks.rows import workspace_of

NOW = datetime(2026, 11, 27, 10, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def workspace(owner):
    return workspace_of(owner.account)


def task(workspace, **values) -> Task:
    account = workspace.account
    known = {"user": account.user, "account": account, "workspace": workspace, "seen_at": NOW}
    return Task(**{**known, "gid": "1", **values})


def test_a_row_comes_back_as_it_was_given(workspace):
    given = {
        "name": 'Č "quoted" %s',
        "completed": True,
        "completed_at": NOW,
        "due_on": date(2026, 11, 27),
        "memberships": [{"project": {"gid": "1", "name": "ž"}, "section": None}],
    }
    upsert([task(workspace, **given)], unique=["account", "gid"])
    row = Task.objects.get(gid="1")
    assert {name: getattr(row, name) for name in given} == given
    assert (row.seen_at, row.due_at, row.search_text) == (NOW, None, "")


def test_one_that_is_there_follows_in_the_fields_named_alone(workspace):
    upsert([task(workspace, name="Old", parent_name="Old")], unique=["account", "gid"])
    first = Task.objects.get(gid="1")
    new = task(workspace, name="New", parent_name="New")
    upsert([new], unique=["account", "gid"], update=["name"])
    row = Task.objects.get(gid="1")
    assert (row.pk, row.name, row.parent_name) == (first.pk, "New", "Old")
    upsert([task(workspace, name="Newer")], unique=["account", "gid"])
    assert Task.objects.get(gid="1").name == "New"


def test_no_rows_are_no_query(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        upsert([], unique=["account", "gid"])


def test_many_rows_are_few_queries(workspace, django_assert_num_queries):
    account = workspace.account
    rows = [Project(account=account, gid=str(number), name="N") for number in range(600)]
    with django_assert_num_queries(2):
        upsert(rows, unique=["account", "gid"], update=["name"])
    assert account.projects.count() == 600
