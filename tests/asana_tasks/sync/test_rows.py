"""Make rows of tasks, and the rows beside them."""

import pytest

from asana_tasks.api import schemas
from asana_tasks.models import Tagging, Task
from asana_tasks.sync import engine, store
from tests.asana_tasks.rows import add_tasks, workspace_of

LATE, WET = {"gid": "1", "name": "late"}, {"gid": "2", "name": "wet"}


@pytest.fixture
def workspace(owner):
    return workspace_of(owner.account)


def tags_of(task: Task) -> set[str]:
    return {tagging.name for tagging in task.taggings.all()}


def test_tags_are_rows_that_follow_the_task(workspace):
    add_tasks(workspace, {"gid": "7", "name": "Swim", "tags": [LATE, WET]})
    task = Task.objects.get(gid="7")
    assert tags_of(task) == {"late", "wet"}
    add_tasks(workspace, {"gid": "7", "name": "Swim", "tags": [WET | {"name": "cold"}]})
    task.refresh_from_db()
    assert tags_of(task) == {"cold"}
    assert Task.objects.search("cold swim").exists()
    assert not Task.objects.search("late").exists()
    add_tasks(workspace, {"gid": "7", "name": "Swim"})
    assert not Tagging.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"tags": [LATE]},
        {"created_by_gid": "5"},
        {"created_by_name": "Mira"},
        {"assignee_section_gid": "6"},
        {"assignee_section_name": "Do today"},
    ],
)
def test_a_change_of_each_is_written(workspace, changed):
    add_tasks(workspace, {"gid": "7", "name": "Swim"})
    before = Task.objects.get(gid="7").fingerprint
    add_tasks(workspace, {"gid": "7", "name": "Swim", **changed})
    after = Task.objects.get(gid="7")
    assert after.fingerprint != before
    assert {name: getattr(after, name) for name in changed} == changed


def test_a_change_of_our_own_brings_its_tags(workspace):
    (task,) = add_tasks(workspace, {"gid": "7", "name": "Swim", "tags": [LATE]})
    row = {"gid": "7", "name": "Swim", "completed": True, "tags": [WET]}
    schema = schemas.parse_task(row)
    assert schema
    assert tags_of(store.store_changed_task(task, schema)) == {"wet"}


def test_tags_go_with_their_task(workspace):
    (task,) = add_tasks(workspace, {"name": "Swim", "tags": [LATE, WET]})
    task.delete()
    assert not Tagging.objects.exists()


def test_a_copy_from_before_gets_them_with_the_next_sync(owner_with_tasks):
    """Rows of an earlier version have neither, and another fingerprint."""
    account = owner_with_tasks.account
    Tagging.objects.all().delete()
    Task.objects.update(tags=[], created_by_name="", assignee_section_name="", fingerprint="old")
    account.workspaces.update(fields_version=2)
    assert engine.run_sync(account).state == "done"
    plan = Task.objects.get(name="Write the plan")
    assert (plan.created_by_name, plan.assignee_section_name) == ("Ada Okafor", "Do today")
    assert tags_of(plan) == {"writing"}
