"""Change an account while Asana is asked for its token: nobody waits, nothing is lost."""

import json
import time
from contextlib import ExitStack
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts import bulkhead, tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, Revocation
from accounts.tokens.refresh_lease import LEASE, lease_of
from accounts.tokens.set_aside import read_revocation
from accounts.tokens.storage import earlier_refresh_tokens, read_token
from tests.accounts import replies
from tests.accounts.provider import TOKEN
from tests.accounts.sign_ins import sign_in
from tests.outages import full

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(op) -> AsanaAccount:
    """Return an account whose token has expired, at a provider that rotates refresh tokens."""
    account: AsanaAccount = sign_in(op).is_signed_in()
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())
    op.rotates = True
    op.seen.clear()
    return account


@pytest.fixture
def meanwhile(op):
    """Return a function: what it is given is done while Asana is asked, by another thread."""

    def set_up(do, error: str = "") -> None:
        def reply(handler):
            try:
                do()
            finally:
                connection.close()
            status, response = op.right_response(op.seen[-1])
            if error:
                status, response = 400, {"error": error}
            handler.respond(json.dumps(response).encode(), status)

        op.replies[TOKEN] = reply

    return set_up


def signed_in_anew() -> None:
    row = AsanaAccount.objects.get()
    tokens.store(row, {"access_token": "access-new", "refresh_token": "refresh-new"})


def lease() -> object:
    return AsanaAccount.objects.get().refresh_lease_expires_at


def test_others_write_and_the_lease_is_given_back(op, account, meanwhile):
    leases = []

    def write() -> None:
        leases.append(lease())
        AsanaAccount.objects.update(label="Work")

    meanwhile(write)
    tokens.access_token_for(account)
    assert leases[0] is not None
    assert lease() is None
    assert AsanaAccount.objects.get().label == "Work"


def test_after_a_failure_too(op, account):
    op.replies[TOKEN] = replies.says({}, 503)
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(account)
    assert lease() is None


def test_of_an_account_that_goes_the_new_refresh_token_is_revoked(op, account, meanwhile):
    meanwhile(lambda: AsanaAccount.objects.all().delete())
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)
    assert op.refresh_tokens[-1] in [read_revocation(each) for each in Revocation.objects.all()]


def test_a_sign_in_meanwhile_keeps_its_tokens(op, account, meanwhile):
    meanwhile(signed_in_anew)
    assert tokens.access_token_for(account) == "access-new"
    row = AsanaAccount.objects.get()
    assert read_token(row, "refresh_token") == "refresh-new"
    assert earlier_refresh_tokens(row) == [op.refresh_tokens[-1]]


def test_permissions_that_were_given_up_do_not_come_back(op, account, meanwhile):
    def give_up() -> None:
        signed_in_anew()
        AsanaAccount.objects.update(scope="openid tasks:read")

    AsanaAccount.objects.update(scope="openid tasks:read tasks:write")
    meanwhile(give_up)
    tokens.access_token_for(account)
    assert earlier_refresh_tokens(AsanaAccount.objects.get()) == []
    assert read_revocation(Revocation.objects.get()) == op.refresh_tokens[-1]


def test_a_refusal_of_the_old_grant_ends_no_new_one(op, account, meanwhile):
    meanwhile(signed_in_anew, error="invalid_grant")
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(account)
    assert tokens.access_token_for(account) == "access-new"


def test_an_account_that_is_marked_meanwhile_stays_marked(op, account, meanwhile):
    def mark() -> None:
        tokens.mark_needs_reconnecting(AsanaAccount.objects.get(), Problem.ASKED_BY_ADMINISTRATOR)

    meanwhile(mark)
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)
    row = AsanaAccount.objects.get()
    assert row.needs_reconnecting
    assert earlier_refresh_tokens(row) == [op.refresh_tokens[-1]]


def test_a_lease_that_was_left_behind_ends(op, account, monkeypatch):
    monkeypatch.setattr("accounts.tokens.refresh.WAIT_SECONDS", 0)
    AsanaAccount.objects.update(refresh_lease_expires_at=timezone.now() + LEASE)
    with pytest.raises(tokens.TryLater, match="Somebody else"):
        tokens.access_token_for(account)
    assert not op.asked(TOKEN)
    with time_machine.travel(timezone.now() + LEASE, tick=True):
        assert tokens.access_token_for(account)


def test_what_was_done_counts_though_the_lease_cannot_be_given_back(account):
    row = AsanaAccount.objects.get(pk=account.pk)
    with ExitStack() as outage, lease_of(row, time.monotonic() + 1) as is_ours:
        assert is_ours
        outage.enter_context(full())
    assert AsanaAccount.objects.get(pk=account.pk).refresh_lease_expires_at


def test_one_that_is_further_away_than_any_can_be_holds_nobody(op, account):
    AsanaAccount.objects.update(refresh_lease_expires_at=timezone.now() + timedelta(days=1))
    assert tokens.access_token_for(account)


def test_what_a_web_request_may_wait_for_it_waits_for_no_longer(rf, account):
    """The deadline of the request holds, not the time that commands wait."""
    AsanaAccount.objects.update(refresh_lease_expires_at=timezone.now() + LEASE)

    def page(_request):
        with bulkhead.slot(0.2), pytest.raises(tokens.TryLater, match="Somebody else"):
            tokens.access_token_for(account)

    bulkhead.limit_waiting(page)(rf.get("/"))


def test_without_a_slot_it_is_later(rf, account, monkeypatch):
    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(bulkhead, "_slots", taken)

    def page(_request):
        with pytest.raises(tokens.TryLater):
            tokens.access_token_for(account)

    bulkhead.limit_waiting(page)(rf.get("/"))
