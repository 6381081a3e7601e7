"""Storing rows that others write or delete at the same time, without a deadlock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts import disconnect, tokens, user_deletion
from accounts.models import AsanaAccount, User
from accounts.time_zones import zone_named
from asana_tasks.api.paging import Page
from asana_tasks.api.schemas import Membership, TaskSchema
from asana_tasks.models import Pass, SyncState, Task, Workspace
from asana_tasks.sync import absence, rows, store
from asana_tasks.sync.absence import Removal
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.passes import RunningPass
from asana_tasks.sync.rows import Writer
from asana_tasks.views import time_zone

ROUNDS = 5
PAGE = 40
QUERIES = 15


def response(gid: str, name: str) -> TaskSchema:
    due_on = timezone.localdate() + timedelta(days=int(gid[-1]))
    membership: Membership = {"project": {"gid": gid[-1], "name": "Launch"}, "section": None}
    return TaskSchema(gid=gid, name=name, due_on=due_on, memberships=[membership])


def page(number: int, round_: int) -> list[TaskSchema]:
    """Return a page of tasks: half known, in alternating order, and half new."""
    known = [response(f"1{gid:02}", f"again {round_}") for gid in range(PAGE)]
    new = [response(f"{round_ + 2}{number:02}{gid:02}", "new") for gid in range(PAGE)]
    return [*known[:: -1 if number % 2 else 1], *new]


@pytest.fixture
def user(db) -> User:
    return User.objects.create(username="ada")


@pytest.fixture
def workspace(user) -> Workspace:
    return new_workspace(user, "11")


def new_workspace(user: User, gid: str) -> Workspace:
    account = AsanaAccount(user=user, gid=gid, name="Ada")
    tokens.store(account, {"access_token": f"access-{gid}", "refresh_token": f"refresh-{gid}"})
    workspace = Workspace.objects.create(account=account, gid="7", name="Museum")
    known = [response(f"1{gid:02}", "known") for gid in range(PAGE)]
    store_page(Lease.claim(account), workspace, known)
    SyncState.objects.update(lease="", lease_expires_at=None)
    return workspace


def store_page(lease: Lease, workspace: Workspace, tasks: list[TaskSchema]) -> None:
    """Store a page as that of a whole crawl."""
    crawl = RunningPass.begin(workspace, "token", lease.number, timezone.now())
    accepted = crawl.accept(Page(tasks, offset=None))
    store.store_pages(lease, [accepted])


class Sync:
    """A sync that stores page after page until its account is gone or it is stopped."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.error: Exception | None = None
        self.at_work, self.stopped = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            for number in range(90):
                if self.stopped.is_set():
                    break
                lease = Lease.claim(self.workspace.account)
                store_page(lease, self.workspace, page(number, number % 7))
                self.at_work.set()
                missed = absence.candidates_of(self.workspace.account, limit=20)
                gone = dict.fromkeys(missed, Removal.NOT_FOUND)
                absence.store_sightings(lease, {}, gone)
                lease.release()
        except Exception as error:
            self.error = error
        finally:
            self.at_work.set()
            connection.close()


@contextmanager
def syncing(workspace: Workspace) -> Iterator[Sync]:
    sync = Sync(workspace)
    thread = threading.Thread(target=sync.run)
    thread.start()
    try:
        assert sync.at_work.wait(30)
        yield sync
    finally:
        sync.stopped.set()
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_who_disconnects_while_a_sync_stores_pages_gets_neither_of_them_an_error(user, rf):
    request = rf.post("/")
    request.user = user
    new_workspace(user, "1")  # the last way in stays
    for number in range(ROUNDS):
        workspace = new_workspace(user, f"2{number}")
        with syncing(workspace) as sync:
            disconnect.remove_account(workspace.account, request)
        assert not isinstance(sync.error, OperationalError), repr(
            sync.error
        )  # it may find no account
    assert AsanaAccount.objects.count() == 1
    assert Task.objects.count() == PAGE


@pytest.mark.django_db(transaction=True)
def test_who_deletes_everything_meanwhile_does_so(rf):
    for number in range(ROUNDS):
        user = User.objects.create(username=f"ada-{number}")
        request = rf.post("/")
        request.user = user
        with syncing(new_workspace(user, f"2{number}")) as sync:
            user_deletion.delete_user(user, request)
        assert not isinstance(sync.error, OperationalError), repr(
            sync.error
        )  # it may find no account
    assert not Task.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_moves_or_looks_meanwhile_keeps_nobody_from_storing(user, workspace):
    with syncing(workspace) as sync:
        for zone in ("Asia/Tokyo", "America/Lima") * ROUNDS:
            time_zone.move_to_zone(user, zone)
            Task.objects.of(user).mark_seen(timezone.now())
    assert sync.error is None
    assert Task.objects.count() > PAGE


@pytest.mark.django_db(transaction=True)
def test_rows_are_made_before_the_transaction_that_others_wait_for(workspace, monkeypatch):
    made, make = [], rows.task_row

    def watched(*args, **kwargs):
        made.append(connection.in_atomic_block)
        return make(*args, **kwargs)

    monkeypatch.setattr(rows, "task_row", watched)
    first = Workspace.objects.create(account=workspace.account, gid="8", name="Lighthouse")
    store_page(Lease.claim(workspace.account), first, page(1, 1))
    assert made == [False] * 2 * PAGE
    assert first.tasks.count() == 2 * PAGE


def test_a_transaction_takes_few_queries(workspace, django_assert_max_num_queries):
    lease = Lease.claim(workspace.account)
    first = Workspace.objects.create(account=workspace.account, gid="8", name="Lighthouse")
    crawls = [
        RunningPass.begin(each, "t", lease.number, timezone.now()) for each in (first, workspace)
    ]
    new = [[response(f"8{number}{gid:02}", "new") for gid in range(PAGE)] for number in range(2)]
    pages = [
        each.accept(Page(tasks, offset="next")) for each, tasks in zip(crawls, new, strict=True)
    ]
    with django_assert_max_num_queries(QUERIES):
        store.store_pages(lease, pages)
    assert Pass.objects.count() == 2


def test_who_moves_between_the_two_has_the_days_of_the_new_place(user, workspace):
    found = Writer(workspace.account, 9, [(workspace, [response("5", "In between")])])
    time_zone.move_to_zone(user, "Asia/Tokyo")
    with transaction.atomic():
        found.write()
    task = Task.objects.get(gid="5")
    end = datetime.combine(task.due_on + timedelta(days=1), time.min, zone_named("Asia/Tokyo"))
    assert task.overdue_at == end - timedelta(microseconds=1)


def test_a_page_is_kept_with_the_offset_that_follows_it(workspace):
    """The pass has accepted another page before the first one is stored."""
    lease = Lease.claim(workspace.account)
    crawl = RunningPass.begin(workspace, "token", lease.number, timezone.now())
    offsets = ["second", "third", None]
    pages = [
        crawl.accept(Page([response(f"7{n}", "new")], offset=offset))
        for n, offset in enumerate(offsets)
    ]
    assert store.store_pages(lease, pages[:1]) == []
    kept = Pass.objects.get()
    assert (kept.offset, kept.pages, kept.tasks) == ("second", 1, 1)
    assert store.store_pages(lease, pages[1:]) == [crawl]
    assert not Pass.objects.exists()
    assert Workspace.objects.get().pages == 3


def test_two_pages_of_a_pass_are_kept_as_of_the_second(workspace):
    lease = Lease.claim(workspace.account)
    crawl = RunningPass.begin(workspace, "token", lease.number, timezone.now())
    pages = [crawl.accept(Page([response(f"7{n}", "new")], offset=f"after {n}")) for n in range(2)]
    store.store_pages(lease, pages)
    assert (Pass.objects.get().offset, Pass.objects.get().pages) == ("after 1", 2)
