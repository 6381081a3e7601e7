"""Ada's tasks, synced once per worker and copied for tests that only need rows."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from asana_tasks.models import Placement, Project, SyncState, Tagging, Task, Workspace
from asana_tasks.sync import engine
from tests.people import Person
from tests.stand_in import ADA, StandIn

Row = dict[str, Any]


class SyncedTasks:
    """The rows that one real sync stores for Ada."""

    def __init__(self, asana: StandIn) -> None:
        """Sync, keep the rows in memory, roll back the database and reset the stand-in."""
        asana.reset()
        with transaction.atomic():
            account = Person.stored(asana, ADA).account
            assert engine.run_sync(account).state == "done"
            self.day = timezone.localdate()
            self._rows = {
                model: list(model._meta.base_manager.order_by("pk").values())
                for model in (Workspace, Project, Task, Placement, Tagging)
            }
            self._state = SyncState.objects.values().get()
            transaction.set_rollback(True)
        asana.reset()

    def copy_to(self, person: Person) -> None:
        """Store copies as if synced just now; run a sync if their dates are of another day."""
        account = person.account
        assert account.gid == ADA
        if self.day != timezone.localdate():
            assert engine.run_sync(account).state == "done"
            return
        now = timezone.now()
        here: Row = {"account_id": account.pk}
        workspaces = self._copy(Workspace, **here, synced_at=now, crawled_at=now)
        projects = self._copy(Project, **here)
        tasks = self._copy(Task, **here, user_id=account.user_id, workspace_id=workspaces)
        self._copy(Placement, task_id=tasks, project_id=projects)
        self._copy(Tagging, task_id=tasks)
        SyncState.objects.create(**{**self._state, **here, "synced_at": now, "requests": ""})

    def _copy(self, model: type[models.Model], **changed: Any) -> dict[int, int]:
        """Store copies of a model's rows with `changed` columns; return new keys by old keys.

        A column that refers to another table takes such a dict.
        """
        rows: list[dict[str, Any]] = self._rows[model]  # type: ignore[assignment]
        copies = model._meta.base_manager.bulk_create(
            model(
                **row
                | {"id": None}
                | {
                    name: value[row[name]] if isinstance(value, dict) else value
                    for name, value in changed.items()
                }
            )
            for row in rows
        )
        return {row["id"]: copy.pk for row, copy in zip(rows, copies, strict=True)}
