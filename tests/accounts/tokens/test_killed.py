"""Processes are killed halfway: no account is silently broken, no lock is left behind."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation
from accounts.tokens.refresh_lease import LEASE
from tests.accounts.parallel import environment
from tests.accounts.provider import REVOKE, TOKEN
from tests.accounts.sign_ins import sign_in
from tests.stand_in import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
NEEDS_RECONNECTING = AuditEntry.Event.NEEDS_RECONNECTING


class Victim:
    def __init__(self, op, *what: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.accounts.victim", *map(str, what)],
            cwd=ROOT,
            env=environment(ASANA_OIDC_ENDPOINT=op.issuer, ASANA_OIDC_ISSUER=""),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def stop(self) -> None:
        """Send SIGSTOP, so that the process reads no response and writes nothing any more."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)

    def begin_and_end(self) -> int:
        """Let the process begin; return its exit code once it has ended."""
        self._process.communicate("go\n", timeout=30)
        return self._process.returncode


def stopped_and_killed_after_the_answer(victim):
    """Return a reply that stops the victim first, so that it cannot commit before it is killed."""

    def reply(handler):
        victim.stop()
        _answer_as_ever(handler)
        victim.kill()

    return reply


def killed_after_the_answer(victim):
    """Return a reply that kills the victim after responding, at an arbitrary point."""

    def reply(handler):
        _answer_as_ever(handler)
        victim.kill()

    return reply


def _answer_as_ever(handler):
    handler.respond_rightly()
    handler.wfile.flush()


@pytest.fixture
def expired(op, monkeypatch) -> AsanaAccount:
    """Return an account whose token has expired; don't wait for a lease that was left behind."""
    account = sign_in(op).is_signed_in()
    AsanaAccount.objects.update(access_token_expires_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr("accounts.tokens.refresh.WAIT_SECONDS", 0)
    op.seen.clear()
    return account


def after_the_lease():
    return time_machine.travel(timezone.now() + LEASE, tick=True)


def ends_well(op, account, *, rotates):
    """Check that a refresh works or records once that it cannot; a new sign-in then works."""
    before = AsanaAccount.objects.get()
    assert not before.needs_reconnecting  # nobody has found out yet
    if before.refresh_lease_expires_at:
        with pytest.raises(tokens.TryLater, match="Somebody else"):
            tokens.access_token_for(account)
    try:
        with after_the_lease():
            assert tokens.access_token_for(account).startswith("access-")
    except tokens.NeedsReconnecting:
        assert rotates
        after = AsanaAccount.objects.get()
        assert after.needs_reconnecting
        assert after.encrypted_refresh_token == ""
        assert AuditEntry.objects.filter(event=NEEDS_RECONNECTING).count() == 1
    sign_in(op).is_signed_in()
    assert tokens.access_token_for(account).startswith("access-")


@pytest.mark.parametrize("rotates", [False, True], ids=["keeps", "rotates"])
@pytest.mark.parametrize(
    ("how", "end"),
    [
        pytest.param(stopped_and_killed_after_the_answer, (), id="before it read the answer"),
        pytest.param(None, ("post_save", "AsanaAccount"), id="before the commit"),
        pytest.param(killed_after_the_answer, (), id="somewhere"),
    ],
)
def test_killed_between_the_new_tokens_and_our_commit(op, expired, rotates, how, end):
    op.rotates = rotates
    victim = Victim(op, "refresh", expired.pk, *end)
    if how:
        op.replies[TOKEN] = how(victim)
    exit_code = victim.begin_and_end()
    assert len(op.asked(TOKEN)) == 1
    assert len(op.refresh_tokens) == 2  # the provider has given new ones out
    op.replies.clear()
    if how is not killed_after_the_answer:
        assert exit_code == -signal.SIGKILL
        expired_ones = AsanaAccount.objects.filter(access_token_expires_at__lt=timezone.now())
        assert expired_ones.exists()
    ends_well(op, expired, rotates=rotates)


def test_with_a_rotating_provider_that_is_told_at_the_next_use(op, expired):
    """The first use sends one request and finds out; the second use sends none."""
    op.rotates = True
    victim = Victim(op, "refresh", expired.pk)
    op.replies[TOKEN] = stopped_and_killed_after_the_answer(victim)
    victim.begin_and_end()
    op.replies.clear()
    for _ in range(2):
        with after_the_lease(), pytest.raises(tokens.NeedsReconnecting):
            tokens.access_token_for(expired)
    assert len(op.asked(TOKEN)) == 2
    assert AuditEntry.objects.filter(event=NEEDS_RECONNECTING).count() == 1


# Revoking


@pytest.fixture
def revocation(op) -> Revocation:
    account = sign_in(op).is_signed_in()
    account.delete()
    return Revocation.objects.get()


@pytest.mark.parametrize(
    ("how", "end"),
    [
        pytest.param(stopped_and_killed_after_the_answer, (), id="before it read the answer"),
        pytest.param(None, ("post_save", "AuditEntry"), id="before it is told"),
        pytest.param(None, ("post_delete", "Revocation"), id="before the commit"),
    ],
)
def test_killed_while_revoking_it_is_tried_again(op, revocation, how, end):
    victim = Victim(op, "revoke", revocation.pk, *end)
    if how:
        op.replies[REVOKE] = how(victim)
    assert victim.begin_and_end() == -signal.SIGKILL
    op.replies.clear()
    assert len(op.revoked) == 1
    left = Revocation.objects.get()
    assert (left.attempts, left.encrypted_refresh_token) == (
        1,
        revocation.encrypted_refresh_token,
    )
    assert tokens.revoke_due()[tokens.Outcome.REVOKED] == 0  # its claim holds for a while
    with time_machine.travel(left.next_attempt_at + timedelta(seconds=1), tick=True):
        assert tokens.revoke_due()[tokens.Outcome.REVOKED] == 1
    assert op.revoked == [op.revoked[0]] * 2
    assert not Revocation.objects.exists()
    assert AuditEntry.objects.filter(event=AuditEntry.Event.REVOKED).count() == 1


# Disconnecting


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(("post_save", "AuditEntry"), id="after the entry"),
        pytest.param(("post_save", "Revocation"), id="after the token was set aside"),
        pytest.param(("post_delete", "AsanaAccount"), id="after the account"),
    ],
)
def test_killed_while_disconnecting_nothing_has_happened(op, expired, end):
    entries = AuditEntry.objects.count()
    before = AsanaAccount.objects.values().get()
    assert Victim(op, "disconnect", expired.pk, *end).begin_and_end() == -signal.SIGKILL
    assert AsanaAccount.objects.values().get() == before
    assert not Revocation.objects.exists()
    assert AuditEntry.objects.count() == entries
    assert op.revoked == []
    assert tokens.access_token_for(expired).startswith("access-")


def test_killed_after_disconnecting_the_grant_is_revoked_later(op, expired):
    victim = Victim(op, "disconnect", expired.pk)
    op.replies[REVOKE] = lambda _handler: victim.kill()
    assert victim.begin_and_end() == -signal.SIGKILL
    op.replies.clear()
    assert not AsanaAccount.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        assert tokens.revoke_due()[tokens.Outcome.REVOKED] == 1
    assert op.refresh_tokens == []
    assert connection.is_usable()
