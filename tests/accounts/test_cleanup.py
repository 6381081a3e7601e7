"""What the cleanup deletes and keeps, also when it runs twice at the same time."""

import io
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from qsessions.models import Session
from social_django.models import Association, Code, Nonce, Partial

from accounts import cleanup, messages, tokens
from accounts.models import AuditEntry, ProviderDocument, Revocation, User, WatchedSignIn
from tests.accounts import replies
from tests.accounts.parallel import fails, unmigrated
from tests.accounts.provider import DISCOVERY, KEYS, REVOKE
from tests.accounts.sign_ins import sign_in, start

EVENT = AuditEntry.Event.CLEANED_UP


def clean_up(*args: str) -> str:
    out = io.StringIO()
    call_command("clean_up", *args, stdout=out)
    return out.getvalue()


def later(**time: float):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=True)


def entry(days: float = 0, **about) -> AuditEntry:
    at = timezone.now() - timedelta(days=days)
    about = {"event": AuditEntry.Event.CONNECTED, "by": AuditEntry.By.PERSON, **about}
    return AuditEntry.objects.create(at=at, **about)


# Sign-ins and sessions


@pytest.mark.parametrize(("hours", "left"), [(23, 1), (25, 0)])
def test_sign_ins_that_nobody_finished_go_after_a_day(op, hours, left):
    start(Client())
    assert (Session.objects.count(), Association.objects.count()) == (1, 1)
    with later(hours=hours):
        clean_up()
    assert (Session.objects.count(), Association.objects.count()) == (left, left)


def test_sessions_of_people_stay_until_they_expire(op):
    client = Client()
    sign_in(op, client).is_signed_in()
    with later(days=29):
        clean_up()
    assert client.get("/accounts/").status_code == 200
    with later(days=31):
        assert "Deleted: 1 expired session." in clean_up()
    assert not Session.objects.exists()


def test_what_social_auth_left_lying_about_goes(db):
    now, old = timezone.now(), timezone.now() - timedelta(days=2)
    for at in (old, now):
        Nonce.objects.create(server_url="s", timestamp=int(at.timestamp()), salt=f"{at}")
        with time_machine.travel(at):
            Code.objects.create(email="ada@example.com", code=f"{at:%d}")
            Partial.objects.create(token=f"{at:%d}", backend="asana")
    clean_up()
    assert [model.objects.count() for model in (Nonce, Code, Partial)] == [1, 1, 1]
    assert Code.objects.filter(code=f"{now:%d}").exists()


def test_watched_sign_ins_go(db):
    kept = WatchedSignIn.objects.create(ends_at=timezone.now() + timedelta(minutes=10))
    WatchedSignIn.objects.create(ends_at=timezone.now() - timedelta(days=2))
    clean_up()
    assert WatchedSignIn.objects.get() == kept


# The audit log


@pytest.mark.parametrize(
    ("audit_days", "left"),
    [(365, [1, 364]), (0, [1, 364, 366, 4000]), (10**12, [1, 364, 366, 4000])],
)
def test_audit_entries_go_when_the_setting_says(db, settings, audit_days, left):
    settings.AUDIT_DAYS = audit_days
    for days in (4000, 366, 364, 1):
        entry(days, account_gid=str(days))
    clean_up()
    entries = AuditEntry.objects.exclude(event=EVENT).order_by("-at")
    assert [int(each.account_gid) for each in entries] == left


# Documents of the provider


def test_documents_that_no_setting_points_to_go(op, settings):
    sign_in(op).is_signed_in()
    for url in ("https://elsewhere.example/keys", op.url + "/old/keys"):
        ProviderDocument.objects.create(url=url, content={}, fetched_at=timezone.now())
    assert "2 provider documents" in clean_up()
    assert {each.url for each in ProviderDocument.objects.all()} == {
        op.url + DISCOVERY,
        op.url + KEYS,
    }


def test_none_goes_while_nothing_says_which_are_used(op):
    ProviderDocument.objects.create(url=op.url + KEYS, content={}, fetched_at=timezone.now())
    clean_up()
    assert ProviderDocument.objects.exists()


# Revocations


@pytest.fixture
def revocation(op) -> Revocation:
    account = sign_in(op).is_signed_in()
    tokens.set_aside_for_revocation(account, user=account.user)
    return Revocation.objects.get()


@pytest.mark.parametrize(("days", "left"), [(6, 1), (8, 0)])
def test_revocations_get_a_last_try_after_a_week(op, revocation, days, left):
    op.replies[REVOKE] = replies.says({}, 500)
    with later(days=days):
        clean_up()
    assert Revocation.objects.count() == left
    assert len(op.asked(REVOKE)) == 1 - left
    given_up = AuditEntry.objects.filter(event=AuditEntry.Event.REVOCATION_GIVEN_UP)
    assert given_up.count() == 1 - left


# The command


def test_it_can_tell_what_it_would_do(op, revocation):
    start(Client())
    with later(days=40):
        told = clean_up("--dry-run")
    for words in ("expired session", "1 unfinished sign-in,", "1 revocation."):
        assert words in told
    assert Session.objects.exists()
    assert Association.objects.exists()
    assert Revocation.objects.exists()
    assert not op.asked(REVOKE)
    assert not AuditEntry.objects.filter(event=EVENT).exists()


def test_the_audit_log_has_the_counts(op):
    start(Client())
    with later(days=2):
        told = clean_up()
    done = AuditEntry.objects.get(event=EVENT)
    kinds = ("sessions_of_nobody", "unfinished_sign_ins", "sign_in_nonces")
    assert (done.detail, done.detail_args) == ("deleted", {"counts": dict.fromkeys(kinds, 1)})
    words = messages.detail_message(done)
    assert words == "1 session of nobody, 1 unfinished sign-in, 1 sign-in nonce"
    assert words in told
    assert (done.user, done.by) == (None, AuditEntry.By.SITE)


def test_a_second_run_finds_nothing(op):
    start(Client())
    with later(days=2):
        clean_up()
        assert "Deleted: nothing." in clean_up()


def test_it_works_in_batches(db, monkeypatch):
    monkeypatch.setattr(cleanup, "BATCH", 3)
    for _ in range(8):
        entry(400)
    assert "8 audit entries" in clean_up()


def test_people_accounts_and_fresh_history_stay(op):
    sign_in(op).is_signed_in()
    before = AuditEntry.objects.count()
    clean_up()
    assert User.objects.get().asana_accounts.count() == 1
    assert AuditEntry.objects.exclude(event=EVENT).count() == before


@pytest.mark.django_db(transaction=True)
def test_it_may_be_done_several_times_at_once(monkeypatch):
    monkeypatch.setattr(cleanup, "BATCH", 10)
    for _ in range(100):
        entry(400)
    assert sum(at_once(lambda: cleanup.clean_up()["audit_entries"])) == 100
    assert not AuditEntry.objects.exclude(event=EVENT).exists()


# When it is due


@pytest.mark.parametrize(("hours", "due"), [(1, False), (23, False), (25, True)])
def test_it_is_due_once_a_day(db, hours, due):
    clean_up()
    with later(hours=hours):
        assert bool(cleanup.begin_if_due()) == due


@pytest.mark.parametrize(("minutes", "due"), [(30, False), (90, True)])
def test_one_that_died_half_way_does_not_count_for_long(db, minutes, due):
    assert cleanup.begin_if_due()
    with later(minutes=minutes):
        assert bool(cleanup.begin_if_due()) == due


def test_one_that_was_stopped_does_not_count_at_all(op, revocation):
    claimed = cleanup.begin_if_due()
    op.replies[REVOKE] = lambda handler: os.kill(os.getpid(), signal.SIGINT)
    with later(days=8), pytest.raises(CommandError, match="Stopped"):
        clean_up()
    assert AuditEntry.objects.filter(event=EVENT).get() == claimed


@pytest.mark.django_db(transaction=True)
def test_one_of_many_gets_to_do_it():
    entry(2, event=EVENT, by=AuditEntry.By.SITE)
    claims = at_once(cleanup.begin_if_due)
    assert len([claim for claim in claims if claim]) == 1


def at_once(work, count: int = 4):
    """Run `work` in `count` threads, each with its own connection; return the results."""
    barrier = Barrier(count)

    def run(_):
        try:
            barrier.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.process
@pytest.mark.parametrize("args", [[], ["--dry-run"]])
def test_a_migration_that_waits_is_told_from_a_database_that_is_down(db, tmp_path, args):
    told = fails("clean_up", *args, DATABASE_URL=unmigrated(tmp_path))
    assert told == (
        "CommandError: The database waits for a migration: run `manage.py migrate`. "
        "Run this again later.\n"
    )
    told = fails("clean_up", *args, DATABASE_URL=f"sqlite:///{tmp_path / 'missing' / 'database'}")
    assert told == "CommandError: The database isn't answering. Run this again later.\n"


def test_a_database_that_fails_for_another_reason_is_not_called_unmigrated(db, monkeypatch):
    def fails(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(cleanup, "clean_up", fails)
    with pytest.raises(CommandError, match="The database isn't answering"):
        clean_up()


def test_it_counts_one_of_each_as_one(db):
    names = [*cleanup.outdated(), "revocations"]
    assert messages.deleted_message(dict.fromkeys(names, 1)) == (
        "1 expired session, 1 session of nobody, 1 unfinished sign-in, 1 sign-in nonce, "
        "1 sign-in code, 1 paused sign-in, 1 watched sign-in, 1 provider document, "
        "1 audit entry, 1 revocation, 1 key of a removed task, 1 worker that is gone"
    )
    assert messages.deleted_message(dict.fromkeys(names, 2)).count("2 ") == len(names)
