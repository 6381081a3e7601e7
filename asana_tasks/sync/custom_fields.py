"""Reading of custom fields, for the accounts whose person wants them.

They are asked for apart from the tasks, after them: whatever happens to these requests, the copy of
the tasks is whole. The next sync goes on where one was cut off.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Self

from django.db import transaction
from django.db.models import F, Q

from accounts.models import AsanaAccount
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, Forbidden, NotFound, RateLimited, Rejected
from asana_tasks.api.field_schemas import FieldSchema, FieldsSchema
from asana_tasks.api.paging import Page
from asana_tasks.locks import lock_accounts
from asana_tasks.models import FieldValue, SyncState, Task, Workspace
from asana_tasks.sync.account_token import AccountToken
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import KEEP_COMPLETED, MAX_PAGES, OVERLAP, Note, with_retries
from asana_tasks.sync.requests import Requests
from asana_tasks.sync.upsert import upsert
from asana_tasks.text_search import normalize

COLUMNS: Final = ("name", "kind", "shown", "rank", "folded")
PLACE: Final = ("fields_cursor", "fields_offset", "fields_upto", "fields_since")
CustomFields = SyncState.CustomFields


@dataclass(eq=False)
class Reading:
    """The custom fields of a workspace's tasks, page by page."""

    workspace: Workspace
    access: AccountToken
    upto: datetime  # the workspace's cursor when it began
    since: datetime | None  # None: of all tasks
    offset: str | None = None
    pages: int = 0
    unreadable: int = 0

    @classmethod
    def begin(cls, workspace: Workspace, upto: datetime, access: AccountToken) -> Self:
        """Return the reading that was cut off, or the one that is due.

        After a crawl that is one of all tasks: renaming an option does not modify them.
        """
        if workspace.fields_offset and workspace.fields_upto:
            since = workspace.fields_since
            return cls(workspace, access, workspace.fields_upto, since, workspace.fields_offset)
        was_crawled = workspace.crawled_at == workspace.synced_at
        before = None if was_crawled else workspace.fields_cursor
        return cls(workspace, access, upto, before and before - OVERLAP)

    def read(self, note: Note) -> Page[FieldsSchema]:
        """Ask for the next page; `note` counts each try but the first. Runs in a thread.

        Raises AsanaError.
        """
        read = partial(
            client.get_custom_fields,
            self.access.token,
            self.workspace.gid,
            completed_since=self.upto - KEEP_COMPLETED,
            modified_since=self.since,
            offset=self.offset,
        )
        return with_retries(read, note)

    def accept(self, page: Page[FieldsSchema]) -> None:
        self.pages += 1
        self.unreadable += page.unreadable
        self.offset = page.offset

    @property
    def is_complete(self) -> bool:
        return self.pages > 0 and self.offset is None


class FieldReader:
    """Reads the custom fields of one account, at the end of its sync."""

    def __init__(self, lease: Lease, access: AccountToken, requests: Requests[Any]) -> None:
        self._lease, self._access, self._requests = lease, access, requests
        self._is_refused = False

    def run(self) -> None:
        """Read what is due. Raises what `arrived` raises, no error of a single workspace."""
        if not is_allowed(self._lease.account):
            return
        for workspace in _due(self._lease.account):
            if workspace.cursor:
                reading = Reading.begin(workspace, workspace.cursor, self._access)
                self._ask(reading)
        while self._requests.are_left and not self._is_refused:
            for reading, future in self._requests.arrived():
                self._accept(reading, future)

    def _ask(self, reading: Reading) -> None:
        self._requests.add(reading, partial(reading.read, self._requests.note_another))

    def _accept(self, reading: Reading, future: Future[Page[FieldsSchema]]) -> None:
        """Store a page and ask for the next one; after an error the next sync asks again."""
        try:
            page = future.result()
        except RateLimited as error:
            self._requests.end_with(error)
        except NotFound:
            pass  # of the workspace, which says nothing of the fields
        except Forbidden:
            self._is_refused = True
            refuse(self._lease)
        except Rejected:
            store_place(self._lease, reading, offset="")  # which is not valid any more
        except AsanaError:
            pass
        else:
            reading.accept(page)
            store_fields(self._lease, reading, page.items)
            if not reading.is_complete and reading.pages < MAX_PAGES:
                self._ask(reading)


def is_allowed(account: AsanaAccount) -> bool:
    return SyncState.objects.filter(pk=account.pk, custom_fields=CustomFields.YES).exists()


def _due(account: AsanaAccount) -> Iterable[Workspace]:
    """Return the workspaces of which tasks were read after their custom fields."""
    later = Q(fields_cursor=None) | Q(fields_cursor__lt=F("cursor"))
    read = account.workspaces.filter(is_offered=True, last_error="", cursor__isnull=False)
    return list(read.filter(later))


@transaction.atomic
def refuse(lease: Lease) -> None:
    """Note that Asana refuses: the account is not asked again before its person wants it."""
    state = lease.hold()
    state.custom_fields = CustomFields.REFUSED
    state.save(update_fields=["custom_fields"])


@transaction.atomic
def store_fields(lease: Lease, reading: Reading, found: Iterable[FieldsSchema]) -> None:
    """Store the custom fields of the tasks that we have, and note a workspace that is read."""
    account = lease.account
    lock_accounts(account.pk)
    state = lease.hold()
    if state.custom_fields != CustomFields.YES:  # nobody wants them any more
        return
    fields = {each.gid: each.fields for each in found}
    tasks = dict(Task.objects.filter(account=account, gid__in=fields).values_list("gid", "pk"))
    if write_fields({pk: fields[gid] for gid, pk in tasks.items()}):
        state.save(update_fields=state.note_changed_rows())
    workspace = reading.workspace
    if reading.is_complete and not reading.unreadable:
        workspace.fields_cursor = reading.upto
    _save_place(reading, reading.offset or "")


@transaction.atomic
def store_place(lease: Lease, reading: Reading, *, offset: str) -> None:
    lease.hold()
    _save_place(reading, offset)


def _save_place(reading: Reading, offset: str) -> None:
    """Store where the reading of a workspace goes on; from the first page without an offset."""
    workspace = reading.workspace
    workspace.fields_offset, workspace.fields_since = offset, reading.since
    workspace.fields_upto = reading.upto
    workspace.save(update_fields=PLACE)


def write_fields(wanted: dict[int, list[FieldSchema]]) -> bool:
    """Make these the custom fields of tasks, by their keys; return whether there was a change."""
    rows = {
        (pk, each.gid): (each.name, each.kind, each.shown, each.rank, normalize(each.shown)[:200])
        for pk, fields in wanted.items()
        for each in fields
    }
    stored = FieldValue.objects.filter(task__in=list(wanted))
    known = {
        (task, gid): (pk, values)
        for pk, task, gid, *values in stored.values_list("pk", "task_id", "gid", *COLUMNS)
    }
    gone = [pk for key, (pk, _) in known.items() if key not in rows]
    changed = [
        {"task_id": key[0], "gid": key[1], **dict(zip(COLUMNS, values, strict=True))}
        for key, values in rows.items()
        if key not in known or known[key][1] != [*values]
    ]
    if gone:
        FieldValue.objects.filter(pk__in=gone).delete()
    upsert(FieldValue, changed, ["task_id", "gid"], COLUMNS)
    return bool(gone or changed)


@transaction.atomic
def want(account: AsanaAccount, wanted: CustomFields) -> None:
    """Note whether the custom fields of an account are to be read; delete them if not."""
    lock_accounts(account.pk)
    SyncState.objects.get_or_create(account=account)
    SyncState.objects.filter(pk=account.pk).update(custom_fields=wanted, version=F("version") + 1)
    account.workspaces.update(fields_cursor=None, fields_offset="")
    if wanted == CustomFields.NO:
        FieldValue.objects.filter(task__account=account).delete()
