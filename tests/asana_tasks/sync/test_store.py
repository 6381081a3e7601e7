"""Rows kept while others are at them: of two who wait for each other, PostgreSQL ends one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts import disconnect, tokens, user_deletion
from accounts.models import AsanaAccount, User
from asana_tasks.api.schemas import Membership, TaskSchema
from asana_tasks.models import Task, Workspace
from asana_tasks.sync import store
from asana_tasks.views import time_zone

ROUNDS = 5
PAGE = 40


def response(gid: str, name: str) -> TaskSchema:
    due_on = timezone.localdate() + timedelta(days=int(gid[-1]))
    membership: Membership = {"project": {"gid": gid[-1], "name": "Launch"}, "section": None}
    return TaskSchema(gid=gid, name=name, due_on=due_on, memberships=[membership])


def page(number: int, round_: int) -> list[TaskSchema]:
    """Half of it known already, in another order each time, and half of it new."""
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
    store.store_tasks(workspace, known, seen_at=timezone.now() - timedelta(hours=1))
    return workspace


class Sync:
    """Page after page, until its account is gone or it is told to stop."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.error: Exception | None = None
        self.at_work, self.stopped = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            for number in range(90):
                if self.stopped.is_set():
                    break
                seen_at = timezone.now()
                store.store_tasks(self.workspace, page(number, number % 7), seen_at=seen_at)
                self.at_work.set()
                store.finish_workspace(self.workspace, seen_at=seen_at)
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
