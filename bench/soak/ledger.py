"""Count what must never happen, by what people were told, by our rows, and by Asana's."""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from django.db import DatabaseError
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState, Task
from tests.stand_in import StandIn

TASK: Final = re.compile(r"/api/1\.0/tasks/(\d+)")
NOT_PROCESSED: Final = (401, 429, 500, 502, 503, 504)


@dataclass
class Ledger:
    asana: StandIn
    told: dict[str, str] = field(default_factory=dict)  # by gid: done, unchanged, unknown
    known: dict[int, set[str]] = field(default_factory=dict)  # gids by account, once listed
    counts: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def tell(self, gid: str, what: str) -> None:
        with self._lock:
            self.told[gid] = what
            self.counts[f"completions told as {what}"] += 1

    def watch(self) -> None:
        """Look for vanished tasks and accounts in trouble, unless the database is away."""
        with suppress(DatabaseError):
            for account in AsanaAccount.objects.all():
                gids = set(account.tasks.values_list("gid", flat=True))
                missing = self.known.get(account.pk, set()) - gids
                self._note("removed", missing, f"{account.name}'s tasks")
                self.known[account.pk] = self.known.get(account.pk, set()) - missing | gids
                if account.needs_reconnecting:
                    self._note("tokens", [account.name], account.last_error)

    def settle(self, quiet_since: float) -> None:
        """Compare what is with what was told, when all is quiet again."""
        self.watch()
        for state in SyncState.objects.select_related("account"):
            synced_at = state.synced_at.timestamp() if state.synced_at else 0.0
            leases = (state.lease_expires_at, state.account.refresh_lease_expires_at)
            held = [each for each in leases if each and each > timezone.now()]
            if synced_at < quiet_since or held:
                self._note("stuck", [state.account.name], f"synced {state.synced_at}, lease {held}")
        for account in AsanaAccount.objects.all():
            self._compare(account)
        self._check_told()

    def _compare(self, account: AsanaAccount) -> None:
        theirs = {each["gid"]: each for each in self.asana.tasks(account.gid)}
        ours = {task.gid: task for task in Task.objects.filter(account=account)}
        still_open = {gid for gid, task in theirs.items() if not task["completed"]}
        differing = still_open - ours.keys()
        for gid, task in ours.items():
            their = theirs.get(gid)
            if their is None or (task.name, task.completed) != (their["name"], their["completed"]):
                differing.add(gid)
        self._note("differing", differing, f"{account.name}'s tasks")

    def _check_told(self) -> None:
        log = self.asana.requests()
        processed = Counter(
            found[1]
            for entry in log
            if entry["method"] == "PUT" and entry["status"] not in NOT_PROCESSED
            if (found := TASK.fullmatch(entry["path"]))
        )
        self._note("doubled", [gid for gid, times in processed.items() if times > 1], "writes")
        completed = {gid: self.asana.task(gid)["completed"] for gid in self.told}
        done = [gid for gid, what in self.told.items() if what == "done"]
        unchanged = [gid for gid, what in self.told.items() if what == "unchanged"]
        self._note("lost", [gid for gid in done if not completed[gid]], "told as done")
        self._note("untold", [gid for gid in unchanged if completed[gid]], "told as unchanged")

    def _note(self, what: str, found: Iterable[str], about: str) -> None:
        if found := list(found):
            self.counts[what] += len(found)
            print(f"  {what}: {about}: {', '.join(found[:5])}", file=sys.stderr, flush=True)
