"""How syncs end: refused tokens, and errors of our own."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AsanaAccount
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import SyncState
from asana_tasks.sync import engine, outcome


@pytest.fixture
def account(owner) -> AsanaAccount:
    assert engine.run_sync(owner.account).state == "done"
    return owner.account


def fail_for(account: AsanaAccount, hours: float, times: int) -> None:
    """Sync again and again, evenly spread over some hours."""
    began = timezone.now()
    for number in range(times):
        with time_machine.travel(began + timedelta(hours=hours) * number / (times - 1)):
            assert engine.run_sync(account).state == "failed"
    account.refresh_from_db()


def test_a_fresh_token_that_is_refused_does_not_end_the_account(account, asana):
    asana.order("reject_access")
    told = engine.run_sync(account)
    assert (told.state, told.reason.code) == ("failed", ErrorCode.NOT_AUTHORIZED)
    refreshes = [each for each in asana.requests("/-/oauth_token") if each["status"] == 200]
    assert len(refreshes) == 1
    account.refresh_from_db()
    assert not account.needs_reconnecting
    assert SyncState.objects.get().due_at > timezone.now() + timedelta(seconds=25)
    asana.heal()
    assert engine.run_sync(account).state == "done"
    assert SyncState.objects.get().rejected_since is None


@pytest.mark.parametrize(("hours", "times", "ends"), [(7, 11, True), (5, 11, False), (7, 9, False)])
def test_it_ends_when_it_was_refused_for_hours(account, asana, hours, times, ends):
    asana.order("reject_access")
    fail_for(account, hours, times)
    assert account.needs_reconnecting is ends


def test_it_goes_on_if_asana_knows_the_token_elsewhere(account, asana):
    asana.order("reject_access", path="/api/1.0/workspaces")
    fail_for(account, 7, 12)
    assert not account.needs_reconnecting


def test_other_failures_between_begin_the_hours_anew(account, asana):
    asana.order("reject_access")
    fail_for(account, 5, 9)
    asana.heal()
    asana.order("server_error")
    with time_machine.travel(timezone.now() + timedelta(hours=5.5)):
        engine.run_sync(account)
    asana.heal()
    asana.order("reject_access")
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        engine.run_sync(account)
    account.refresh_from_db()
    assert not account.needs_reconnecting


def test_an_account_with_an_error_of_our_own_is_put_off(account):
    for seconds in (30, 60):
        outcome.put_off(account)
        wait = SyncState.objects.get().due_at - timezone.now()
        assert seconds - 5 < wait.total_seconds() <= seconds


def test_it_is_not_decided_while_no_request_is_left_to_ask_elsewhere(account, asana, settings):
    now = timezone.now()
    SyncState.objects.update(failures=10, rejected_since=now - timedelta(hours=7), requests="")
    settings.ASANA_REQUESTS_PER_MINUTE = 3  # two for syncs: one, and one with a fresh token
    asana.order("reject_access")
    assert engine.run_sync(account).state == "failed"
    account.refresh_from_db()
    assert not account.needs_reconnecting
