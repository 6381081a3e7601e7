"""`manage.py worker`, from cron and as a service, and its former name `housekeeping`."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import tokens
from accounts.models import AuditEntry, Revocation
from tests.accounts.parallel import unmigrated
from tests.asana_tasks.workers import Program, is_synced, make_due, until

REVOKE = "/-/oauth_revoke"
EVENT = AuditEntry.Event.CLEANED_UP


class Housekeeping(Program):
    command = ("manage.py", "housekeeping")


def nowhere(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'missing' / 'database'}"


# Once, for cron


@pytest.mark.django_db(transaction=True)
def test_once_does_chores_and_syncs(revocation, other_user):
    make_due(other_user.account)
    call_command("worker", "--once")
    assert not Revocation.objects.exists()
    assert is_synced(other_user.account)


@pytest.mark.django_db(transaction=True)
def test_once_tells_that_a_sync_failed(owner, asana):
    asana.order("server_error")
    make_due(owner.account)
    with pytest.raises(CommandError, match="Not everything"):
        call_command("worker", "--once")


@pytest.mark.process
def test_once_tells_by_its_exit_code_that_the_database_is_down(db, tmp_path):
    code, said = Program("--once", DATABASE_URL=nowhere(tmp_path)).ended()
    assert code == 1
    assert "clean_up has to wait: The database isn't answering (OperationalError)" in said
    assert "The worker has to wait: The database isn't answering" in said
    assert "Traceback" not in said


@pytest.mark.process
def test_once_tells_that_a_migration_has_to_be_made_first(db, tmp_path):
    code, said = Program("--once", DATABASE_URL=unmigrated(tmp_path)).ended()
    assert code == 1
    assert "The worker has to wait: The database waits for a migration: run `manage.py mig" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", ["0", "-1", "51"])
def test_a_number_of_accounts_that_makes_no_sense_is_refused(db, number):
    with pytest.raises(CommandError, match="--accounts"):
        call_command("worker", f"--accounts={number}")


# As a service


@pytest.mark.process
def test_it_outlives_a_database_that_is_down_and_says_so_once(db, tmp_path):
    with Housekeeping("--every", "0.1", DATABASE_URL=nowhere(tmp_path)) as running:
        until(lambda: running.said().count("has to wait") > 15)
        code, said = running.stopped()
    assert code == 0
    assert said.count("The worker has to wait") == 1
    assert "Traceback" not in said


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_ends_soon_though_asana_takes_its_time_with_a_chore(asana, revocation, name):
    """The token that it was about to revoke waits for the next attempt."""
    asana.order("latency", value=20_000, path=REVOKE)
    with Program() as running:
        until(lambda: Revocation.objects.get().attempts == 1)
        code, said = running.stopped(name)
    assert code == 0
    assert "Traceback" not in said
    assert Revocation.objects.get().attempts == 1
    asana.heal()
    assert tokens.revoke(Revocation.objects.get()) == tokens.Outcome.REVOKED


# Its former name


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_housekeeping_makes_round_after_round_and_says_what_it_is_called_now(asana, revocation):
    with Housekeeping("--every", "0.1") as running:
        until(lambda: not Revocation.objects.exists())
        until(lambda: AuditEntry.objects.filter(event=EVENT).exclude(detail="begun").exists())
        AuditEntry.objects.filter(event=EVENT).update(at=timezone.now() - timedelta(days=3))
        until(lambda: AuditEntry.objects.filter(event=EVENT).count() == 2)
        assert running.process.poll() is None
        code, said = running.stopped()
    assert code == 0
    assert "`manage.py housekeeping` is called `manage.py worker` now" in said
    assert "Traceback" not in said


@pytest.mark.django_db(transaction=True)
def test_housekeeping_can_be_done_once(revocation, capsys):
    call_command("housekeeping", "--once")
    assert not Revocation.objects.exists()
    assert "manage.py worker" in capsys.readouterr().err


@pytest.mark.parametrize("every", ["0", "-1", "nan", "1e9"])
def test_a_pause_that_makes_no_sense_is_refused(db, every):
    with pytest.raises(CommandError, match="--every"):
        call_command("housekeeping", f"--every={every}")
