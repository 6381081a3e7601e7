"""Rows of tasks made from schemas, and written where they differ from ours."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from operator import attrgetter
from typing import Any, Final, NamedTuple

from django.utils import timezone

from accounts.models import AsanaAccount, User
from accounts.time_zones import zone_named
from asana_tasks.api.schemas import TASK_COLUMNS, Membership, Named, TaskSchema
from asana_tasks.dates import overdue_at
from asana_tasks.models import FormerTask, Placement, Project, Tagging, Task, Workspace
from asana_tasks.querysets import UNCHANGED, Change
from asana_tasks.sync.upsert import upsert
from asana_tasks.text_search import normalize, to_search_text

UNIQUE: Final = ["account_id", "gid"]
WORKED_OUT: Final = ["overdue_at", "sort_name", "project_name", "search_text", "fingerprint"]
OURS: Final = ["workspace_id", "seen_in", "change", "changed_at"]
WRITTEN: Final = [*OURS, *WORKED_OUT, *TASK_COLUMNS]
fields_of = attrgetter(*TASK_COLUMNS)

UPDATED_PLACEMENT: Final = ["section_gid", "section_name"]

Row = dict[str, Any]
Found = Sequence[tuple[Workspace, Sequence[TaskSchema]]]


class Told(NamedTuple):
    """Keeps what is worked out of a task to see whether it differs from ours."""

    overdue_at: datetime
    fingerprint: str


class Known(NamedTuple):
    """Keeps what decides how a task that we have is written."""

    pk: int
    written_in: int | None
    fingerprint: str
    change: str
    changed_at: datetime | None
    completed: bool
    due_on: Any
    due_at: datetime | None


class Writer:
    """Writes tasks that a sync has found, of one account."""

    def __init__(self, account: AsanaAccount, number: int, found: Found) -> None:
        """Work out what is to be stored. `number` is that of the sync.

        Before the transaction of `write`, which others wait for.
        """
        self.account, self.number = account, number
        self.now = timezone.now()
        self._seen = {task.gid: (workspace, task) for workspace, tasks in found for task in tasks}
        self._mine = Task.objects.filter(account=account, gid__in=list(self._seen))
        self._prepare()

    def _prepare(self) -> None:
        self._zone = zone_of(self.account)
        self._told = {gid: told_of(*each, self._zone) for gid, each in self._seen.items()}
        new = (gid for gid, (workspace, _) in self._seen.items() if workspace.synced_at is None)
        self._rows = {gid: self._row(gid) for gid in new}  # of the others few will differ

    def _row(self, gid: str) -> Row:
        workspace, task = self._seen[gid]
        return task_row(self.account, workspace, task, self._told[gid])

    def write(self) -> bool:
        """Write the tasks that differ from ours, in a transaction; return whether there were any.

        All of them count as seen. A row that the person changed in Asana during this sync is newer
        than what was read, and keeps its values.
        """
        if zone_of(self.account) != self._zone:  # the person has moved since
            self._prepare()
        columns = self._mine.order_by("pk").values_list("gid", *Known._fields)
        known = {gid: Known(*kept) for gid, *kept in columns.select_for_update()}
        if known:
            self._mine.filter(seen_in__lt=self.number).update(seen_in=self.number)
        former = self._former([gid for gid in self._seen if gid not in known])
        written = []
        for gid, (workspace, task) in self._seen.items():
            before = known.get(gid)
            if before is None or self._differs(before, gid):
                row = self._rows.get(gid) or self._row(gid)
                is_new = gid not in former and workspace.synced_at is not None
                written.append(row | self._ours(task, before, is_new=is_new))
        write_rows(self.account, written, {gid: each.pk for gid, each in known.items()}, former)
        return bool(written)

    def _differs(self, known: Known, gid: str) -> bool:
        is_newer = known.written_in is not None and known.written_in >= self.number
        return not is_newer and known.fingerprint != self._told[gid].fingerprint

    def _ours(self, task: TaskSchema, known: Known | None, *, is_new: bool) -> Row:
        """Return our columns; an open task is new if its workspace was read to its end before."""
        change, changed_at = UNCHANGED, None
        if known is not None:
            change, changed_at = self._change(task, known)
        elif is_new and not task.completed:
            change, changed_at = Change.NEW, self.now
        ours = {"seen_in": self.number, "written_in": None}  # which a row that is there keeps
        return {**ours, "change": str(change), "changed_at": changed_at}

    def _change(self, task: TaskSchema, before: Known) -> tuple[str, datetime | None]:
        """Return the change to show to the user, and when it was seen."""
        if task.completed and not before.completed:
            by_others = task.completed_by != self.account.gid
            return (Change.COMPLETED, self.now) if by_others else (UNCHANGED, None)
        if (before.due_on, before.due_at) != (task.due_on, task.due_at):
            return Change.MOVED, self.now
        return before.change, before.changed_at

    def _former(self, gids: Sequence[str]) -> dict[str, int]:
        """Return the keys, by gid, of tasks that were here before, and forget them."""
        if not gids:
            return {}
        former = FormerTask.objects.filter(account=self.account, gid__in=gids)
        keys = dict(former.values_list("gid", "task_pk"))
        if keys:
            former.delete()
        return keys


def zone_of(account: AsanaAccount) -> tzinfo:
    """Return the user's time zone as the row has it now: it may change during a sync."""
    names = User.objects.filter(pk=account.user_id).values_list("time_zone", flat=True)
    return zone_named(next(iter(names), ""))


def told_of(workspace: Workspace, task: TaskSchema, zone: tzinfo) -> Told:
    """Return when a task becomes overdue, and a hash of all that its row is made from."""
    due = overdue_at(task.due_on, task.due_at, zone)
    told = repr((workspace.pk, fields_of(task), due))
    return Told(due, hashlib.blake2b(told.encode(), digest_size=16).hexdigest())


def task_row(account: AsanaAccount, workspace: Workspace, task: TaskSchema, told: Told) -> Row:
    """Return a task's columns, with those that pages sort, group and search by, without OURS."""
    tags = [each["name"] for each in task.tags]
    projects = [each["project"]["name"] for each in task.memberships]
    sections = [each["section"]["name"] for each in task.memberships if each["section"]]
    return {
        **dict(zip(TASK_COLUMNS, fields_of(task), strict=True)),
        "gid": task.gid,
        "user_id": account.user_id,
        "account_id": account.pk,
        "workspace_id": workspace.pk,
        "overdue_at": told.overdue_at,
        "sort_name": normalize(task.name)[:100],
        "project_name": projects[0][:200] if projects else "",
        "search_text": to_search_text(task.name, *projects, *sections, task.parent_name, *tags),
        "fingerprint": told.fingerprint,
    }


def write_rows(
    account: AsanaAccount, rows: Sequence[Row], known: Mapping[str, int], former: Mapping[str, int]
) -> None:
    """Insert or update rows with their placements and tags.

    `known` are the keys of tasks that exist, `former` those that others get back, both by gid.
    """
    if not rows:
        return
    upsert(Task, rows, UNIQUE, WRITTEN)
    keys = dict(known)
    mine = Task.objects.filter(account=account)
    if missing := [row["gid"] for row in rows if row["gid"] not in known]:
        keys |= dict(mine.filter(gid__in=missing).values_list("gid", "pk"))
    for gid, pk in former.items():
        mine.filter(gid=gid).update(id=pk)
        keys[gid] = pk
    there = [known[row["gid"]] for row in rows if row["gid"] in known]
    place(account, {keys[row["gid"]]: row["memberships"] for row in rows}, there)
    tag({keys[row["gid"]]: row["tags"] for row in rows}, there)


def place(
    account: AsanaAccount, memberships: Mapping[int, Sequence[Membership]], placed: Sequence[int]
) -> None:
    """Store the projects and placements of tasks, from their memberships by key.

    `placed` are the keys of those that may have placements already.
    """
    every = [(pk, each) for pk, found in memberships.items() for each in found]
    projects = _projects(
        account, {each["project"]["gid"]: each["project"]["name"] for _, each in every}
    )
    if placed:
        Placement.objects.filter(task__in=placed).delete()
    placements = {
        (pk, each["project"]["gid"]): {
            "task_id": pk,
            "project_id": projects[each["project"]["gid"]],
            "section_gid": each["section"]["gid"] if each["section"] else "",
            "section_name": each["section"]["name"] if each["section"] else "",
        }
        for pk, each in every
    }
    upsert(Placement, list(placements.values()), ["task_id", "project_id"], UPDATED_PLACEMENT)


def tag(tags: Mapping[int, Sequence[Named]], tagged: Sequence[int]) -> None:
    """Store the tags of tasks as rows, by the keys of the tasks.

    `tagged` are the keys of those that may have some already.
    """
    if tagged:
        Tagging.objects.filter(task__in=tagged).delete()
    rows = [{"task_id": pk, **each} for pk, found in tags.items() for each in found]
    upsert(Tagging, rows, ["task_id", "gid"], ["name"])


def _projects(account: AsanaAccount, names: Mapping[str, str]) -> dict[str, int]:
    """Store projects with these names, by gid; return their keys."""
    mine = account.projects.filter(gid__in=list(names))
    here = {gid: (pk, name) for gid, pk, name in mine.values_list("gid", "pk", "name")}
    changed = [
        {"account_id": account.pk, "gid": gid, "name": name}
        for gid, name in sorted(names.items())
        if gid not in here or here[gid][1] != name
    ]
    if not changed:
        return {gid: pk for gid, (pk, _) in here.items()}
    upsert(Project, changed, UNIQUE, ["name"])
    return dict(mine.values_list("gid", "pk"))
