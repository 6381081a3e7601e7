"""The rounds that somebody has to make, whatever is down."""

import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import cleanup, housekeeping, registry, tokens
from accounts.models import AuditEntry, Revocation
from tests.accounts.parallel import environment, unmigrated
from tests.stand_in import ROOT

REVOKE = "/-/oauth_revoke"
EVENT = AuditEntry.Event.CLEANED_UP


@pytest.fixture
def revocation(owner) -> Revocation:
    """Of a grant that is no longer wanted."""
    user = owner.user
    owner.account.delete()
    return Revocation.objects.get(user=user)


def run(*args: str, **environ: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "housekeeping", *args],
        cwd=ROOT,
        env=environment(**environ),
        stderr=subprocess.PIPE,
        text=True,
    )


# What a round does


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
    AuditEntry.objects.update(mail_due_at=None)  # that of signing up
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
    """Whatever it is: here, a session engine that isn't there."""
    monkeypatch.setattr(cleanup, "claim", lambda: 1 / 0)
    monkeypatch.setattr(registry, "chores", registry.chores[::-1])
    assert not housekeeping.make_a_round()
    assert "clean_up failed" in caplog.text
    assert not Revocation.objects.exists()


# Once, for cron


def test_it_can_be_done_once(asana, revocation):
    call_command("housekeeping", "--once")
    assert not Revocation.objects.exists()


@pytest.mark.process
def test_once_tells_by_its_exit_code_that_the_database_is_down(db, tmp_path):
    url = f"sqlite:///{tmp_path / 'missing' / 'database'}"
    done = run("--once", DATABASE_URL=url)
    _, told = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "clean_up has to wait: The database isn't answering (OperationalError)" in told
    assert "Traceback" not in told


@pytest.mark.process
def test_once_tells_that_a_migration_has_to_be_made_first(db, tmp_path):
    done = run("--once", DATABASE_URL=unmigrated(tmp_path))
    _, told = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "send_mails has to wait: The database waits for a migration: run `manage.py mig" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("every", ["0", "-1", "nan", "1e9"])
def test_a_pause_that_makes_no_sense_is_refused(db, every):
    with pytest.raises(CommandError, match="--every"):
        call_command("housekeeping", f"--every={every}")


# For ever


@pytest.mark.process
def test_it_outlives_a_database_that_is_down(db, tmp_path):
    url = f"sqlite:///{tmp_path / 'missing' / 'database'}"
    running = run("--every", "0.1", DATABASE_URL=url)
    told = [running.stderr.readline() for _ in range(9)]
    assert all("has to wait" in line for line in told), told
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 0


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_ends_at_once_though_asana_takes_its_time(asana, revocation, name):
    """What it was about to revoke waits for its next turn."""
    asana.order("latency", value=20_000, path=REVOKE)
    running = run()
    until(lambda: Revocation.objects.get().attempts == 1)
    running.send_signal(getattr(signal, name))
    _, told = running.communicate(timeout=60)
    assert (running.returncode, told) == (0, "")
    assert Revocation.objects.get().last_error == ""  # it has not waited for an answer, or a limit
    asana.heal()
    assert tokens.revoke(Revocation.objects.get()) == tokens.Outcome.REVOKED


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_it_makes_round_after_round(asana, revocation):
    running = run("--every", "0.1")
    until(lambda: not Revocation.objects.exists())
    until(lambda: AuditEntry.objects.filter(event=EVENT).exclude(detail="begun").exists())
    assert running.poll() is None
    running.send_signal(signal.SIGTERM)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "Traceback" not in told


def until(true) -> None:
    deadline = timezone.now() + timedelta(seconds=60)
    while not true():
        assert timezone.now() < deadline
        time.sleep(0.02)
