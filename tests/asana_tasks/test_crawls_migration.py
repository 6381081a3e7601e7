"""The update that brings crawls and deltas, and back."""

import pytest
from django.utils import timezone

from asana_tasks.models import Workspace
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.migrations import migrate, migrate_to_now

BEFORE = [("asana_tasks", "0005_fold_search_texts")]


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_before_counts_as_whole_and_tasks_stay(owner, request):
    workspace = workspace_of(owner.account)
    (task,) = add_tasks(workspace, {"name": "Write the plan"})
    now = timezone.now()
    request.addfinalizer(migrate_to_now)
    apps = migrate(BEFORE)
    apps.get_model("asana_tasks", "Workspace").objects.update(synced_at=now)
    assert apps.get_model("asana_tasks", "Task").objects.get().seen_at is not None
    migrate_to_now()
    assert Workspace.objects.get().crawled_at == now
    task.refresh_from_db()
    assert (task.name, task.seen_in, task.fingerprint) == ("Write the plan", 0, "")
