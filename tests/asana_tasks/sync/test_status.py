"""The truth line: how each source is, and the one button that helps."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState
from asana_tasks.sync import engine
from asana_tasks.sync.status import SyncStatus
from tests.people import Person

SOON = datetime.timedelta(minutes=5)


@pytest.fixture
def synced(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def page(person: Person) -> str:
    return " ".join(person.get("/tasks/").content.decode().split())


def test_it_counts_and_says_as_of_when(synced):
    at = timezone.localtime(synced.account.sync_state.synced_at, datetime.UTC).strftime("%H:%M")
    text = page(synced)
    assert "1 account, 3 workspaces, 65 open tasks, as of" in text
    assert f">{at}</time>" in text
    assert "synced now" in text or "second" in text


def test_one_that_was_never_fetched_says_so(owner):
    assert "not synced yet" in page(owner)


def test_one_that_is_being_refreshed_says_so(synced):
    SyncState.objects.update(lease_expires_at=timezone.now() + SOON)
    assert "syncing …" in page(synced)


def test_one_that_asana_asks_to_wait_for_says_until_when(synced):
    SyncState.objects.update(paused_until=timezone.now() + SOON)
    assert "Asana asks us to wait until" in page(synced)


def test_one_that_failed_says_why_and_offers_to_try_again(synced, asana):
    asana.order("server_error", value=503)
    engine.run_sync(synced.account)
    text = page(synced)
    assert "Asana answers with an error (503); what you see is from" in text
    assert '<button form="refresh">Try again</button>' in text


def test_one_whose_grant_is_gone_offers_to_reconnect(synced, asana):
    asana.revoke_grants(synced.account.gid)
    asana.expire_tokens(synced.account.gid)
    engine.run_sync(synced.account)
    text = page(synced)
    assert "needs reconnecting" in text
    assert ">Reconnect</button>" in text
    assert "Write the plan" in text


def test_a_workspace_that_is_no_longer_offered_says_so(synced, asana):
    asana.order("hide_workspace", value="498346170860")
    engine.run_sync(synced.account)
    assert "Asana no longer lists this workspace" in page(synced)


def test_a_fresh_copy_is_not_asked_for_again(synced):
    copied_at = synced.account.sync_state.synced_at
    with time_machine.travel(copied_at + datetime.timedelta(seconds=10), tick=False):
        assert 'data-refresh-in="50"' in page(synced)


def test_one_that_may_not_be_asked_is_asked_when_it_may(synced):
    with time_machine.travel(timezone.now(), tick=False):
        SyncState.objects.update(paused_until=timezone.now() + SOON)
        assert 'data-refresh-in="300"' in page(synced)


def copy(age: int | None, *, pause: int = 0, connected: bool = True) -> AsanaAccount:
    """Return an account whose copy is so many seconds old, None for never."""
    state = AsanaAccount.Status
    account = AsanaAccount(status=state.CONNECTED if connected else state.NEEDS_RECONNECTING)
    now = timezone.now()
    account.sync_state = SyncState(
        synced_at=None if age is None else now - datetime.timedelta(seconds=age),
        paused_until=now + datetime.timedelta(seconds=pause) if pause else None,
    )
    return account


@pytest.mark.parametrize(
    ("copies", "seconds"),
    [
        ([], None),
        ([{"age": 10}], 50),
        ([{"age": 60}], 0),
        ([{"age": 3600}], 0),
        ([{"age": None}], 0),
        ([{"age": 3600, "pause": 300}], 300),
        ([{"age": None, "pause": 300}], 300),
        ([{"age": 10, "pause": 20}], 50),
        ([{"age": 3600, "pause": 300}, {"age": 10}], 50),
        ([{"age": 3600, "pause": 20}, {"age": 10}], 20),
        ([{"age": 3600, "connected": False}], None),
        ([{"age": 3600, "connected": False}, {"age": 3600, "pause": 300}], 300),
        ([{"age": None, "connected": False}, {"age": 10}], 50),
    ],
)
def test_the_page_asks_when_the_first_copy_is_stale_and_may_be_asked_for(copies, seconds):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        assert SyncStatus([copy(**each) for each in copies], []).refresh_in == seconds
