"""Rounds of chores, which continue when the database or Asana is down."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts import cleanup, housekeeping, registry
from accounts.models import AuditEntry, Revocation

REVOKE = "/-/oauth_revoke"
EVENT = AuditEntry.Event.CLEANED_UP


def test_it_revokes_what_waits(asana, revocation):
    assert housekeeping.make_a_round()
    assert not Revocation.objects.exists()
    (seen,) = asana.requests(REVOKE)
    assert seen["status"] == 200


def test_it_tries_again_when_asana_is_back(asana, revocation):
    asana.order("server_error", path=REVOKE)
    for _ in range(3):
        assert housekeeping.make_a_round()
    assert len(asana.requests(REVOKE)) == 1  # after a pause, not at every round
    asana.heal()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        housekeeping.make_a_round()
    assert not Revocation.objects.exists()


def test_it_sends_mails_that_are_due(owner, mailoutbox):
    AuditEntry.objects.update(mail_due_at=None)  # the mail about signing up
    AuditEntry.objects.create(
        event=AuditEntry.Event.NEEDS_RECONNECTING,
        by=AuditEntry.By.SITE,
        user=owner.user,
        mail_due_at=timezone.now(),
    )
    mailoutbox.clear()
    housekeeping.make_a_round()
    housekeeping.make_a_round()
    assert len(mailoutbox) == 1


def test_it_cleans_up_once_a_day(db):
    for _ in range(3):
        housekeeping.make_a_round()
    assert AuditEntry.objects.filter(event=EVENT).count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        for _ in range(3):
            housekeeping.make_a_round()
    assert AuditEntry.objects.filter(event=EVENT).count() == 2


def test_a_chore_that_fails_holds_up_no_other(asana, revocation, monkeypatch, caplog):
    """Here, the cleanup raises an exception."""
    monkeypatch.setattr(cleanup, "begin_if_due", lambda: 1 / 0)
    monkeypatch.setattr(registry, "chores", registry.chores[::-1])
    assert not housekeeping.make_a_round()
    assert "clean_up failed" in caplog.text
    assert not Revocation.objects.exists()
