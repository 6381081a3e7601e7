"""Ada's tasks, synced once per worker and copied for tests that only need rows."""

from django.db import connection, transaction
from django.utils import timezone

from asana_tasks.models import Placement, Project, SyncState, Tagging, Task, Workspace
from asana_tasks.sync import engine
from tests.kept_rows import KeptRows
from tests.people import Person
from tests.stand_in import ADA, StandIn

MODELS = (Workspace, Project, Task, Placement, Tagging, SyncState)


class SyncedTasks:
    """The rows that one real sync stores for Ada, as the database has them."""

    def __init__(self, asana: StandIn) -> None:
        """Sync, keep the rows in memory, roll back the database and reset the stand-in."""
        asana.reset()
        with transaction.atomic():
            account = Person.stored(asana, ADA).account
            assert engine.run_sync(account).state == "done"
            self.day = timezone.localdate()
            self._tables = [KeptRows(model) for model in MODELS]
            transaction.set_rollback(True)
        asana.reset()

    def copy_to(self, person: Person) -> None:
        """Store the rows as if synced just now; run a sync if their dates are of another day.

        They keep their keys, which the database gives to no other row.
        """
        account = person.account
        assert account.gid == ADA
        if self.day != timezone.localdate():
            assert engine.run_sync(account).state == "done"
            return
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        here = {"account_id": account.pk, "user_id": account.user_id}
        for table in self._tables:
            table.insert(**here, synced_at=now, crawled_at=now, requests="")
