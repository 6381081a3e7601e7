"""New keys for old rows, while the site runs."""

import io
import json
import signal
import subprocess
import sys
import time
from threading import Thread

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import tokens
from accounts.encryption import decrypt, encrypt
from accounts.management.commands import rotate_token_keys
from accounts.models import AsanaAccount, AuditEntry, Revocation
from tests.accounts.parallel import Processes, environment, second_connection, unmigrated
from tests.accounts.parallel import fails as command_fails
from tests.accounts.provider import REVOKE, TOKEN
from tests.accounts.sign_ins import sign_in
from tests.people import Person
from tests.stand_in import ADA, ROOT

DONE = "Every stored token is under the newest key"
FIELDS = ("encrypted_access_token", "encrypted_refresh_token")


@pytest.fixture
def account(op) -> AsanaAccount:
    account: AsanaAccount = sign_in(op).is_signed_in()
    return account


@pytest.fixture
def old_key(settings) -> str:
    key: str = settings.TOKEN_KEYS[0]
    return key


@pytest.fixture
def new_key(settings, old_key) -> str:
    """In front of the old one."""
    key = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [key, old_key]
    return key


def rotate(*args: str) -> str:
    out = io.StringIO()
    call_command("rotate_token_keys", *args, stdout=out)
    return out.getvalue()


def fails(sentence: str, *args: str) -> str:
    out = io.StringIO()
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("rotate_token_keys", *args, stdout=out)
    assert caught.value.returncode == 1
    return out.getvalue()


def ciphertexts() -> list[tuple[str, str]]:
    return list(AsanaAccount.objects.order_by("pk").values_list(*FIELDS))


def refresh_token(account: AsanaAccount) -> str:
    account.refresh_from_db()
    place = f"asana_account:{account.gid}:refresh_token"
    return decrypt(account.encrypted_refresh_token, bound_to=place)


def copies(account: AsanaAccount, count: int) -> None:
    """Rows of as many other accounts, each with a token of its own."""
    AsanaAccount.objects.bulk_create(
        AsanaAccount(
            gid=str(number),
            user=account.user,
            encrypted_refresh_token=encrypt(
                f"refresh-{number}", bound_to=f"asana_account:{number}:refresh_token"
            ),
        )
        for number in range(count)
    )


# What it does


def test_everything_is_readable_without_the_old_key(op, account, new_key, settings):
    before = refresh_token(account)
    access_token = tokens.access_token_for(account)
    out = rotate()
    assert "1 encrypted anew" in out
    assert DONE in out
    settings.TOKEN_KEYS = [new_key]
    assert refresh_token(account) == before
    assert tokens.access_token_for(account) == access_token
    assert len(op.asked(TOKEN)) == 1


def test_grants_of_earlier_sign_ins_are_too(op, account, new_key, settings):
    for _ in range(2):
        sign_in(op).is_signed_in()
    given_out = list(op.refresh_tokens)
    rotate()
    settings.TOKEN_KEYS = [new_key]
    account.refresh_from_db()
    account.delete()
    tokens.revoke_due()
    assert sorted(op.revoked) == sorted(given_out)


def test_a_broken_account_with_nothing_but_those_is_rotated_as_well(op, account, old_key, settings):
    sign_in(op).is_signed_in()
    op.refresh_tokens.clear()
    account.refresh_from_db()
    assert not tokens.renew(account)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), old_key]
    assert "1 encrypted anew" in rotate()
    assert tokens.rows_on_old_keys() == tokens.unreadable_rows() == 0


def test_waiting_revocations_are_too(op, account, old_key, settings):
    token = refresh_token(account)
    (revocation,) = tokens.hand_over(account, user=account.user)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), old_key]
    assert "2 encrypted anew" in rotate()
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    revocation.refresh_from_db()
    tokens.revoke(revocation)
    assert [seen.form["token"] for seen in op.asked(REVOKE)] == [token]


def test_values_of_before_there_were_key_ids_are_too(account, new_key, settings):
    before = refresh_token(account)
    for field in FIELDS:
        setattr(account, field, getattr(account, field).partition(".")[2])
    account.save()
    assert "." not in account.encrypted_refresh_token
    rotate()
    settings.TOKEN_KEYS = [new_key]
    assert refresh_token(account) == before


def test_what_is_on_the_newest_key_is_not_touched(account):
    before = ciphertexts()
    assert "nothing to do" in rotate()
    assert ciphertexts() == before
    assert not AuditEntry.objects.filter(event=AuditEntry.Event.KEYS_ROTATED).exists()


def test_a_second_run_changes_nothing(account, new_key):
    rotate()
    before = ciphertexts()
    rotate()
    assert ciphertexts() == before


def test_nothing_else_of_the_row_changes(account, new_key):
    before = dict(AsanaAccount.objects.values().get())
    rotate()
    after = dict(AsanaAccount.objects.values().get())
    assert {name for name in before if before[name] != after[name]} == set(FIELDS)


def test_it_goes_on_behind_a_batch(account, new_key, settings, monkeypatch, old_key):
    settings.TOKEN_KEYS = [old_key]
    copies(account, 7)
    settings.TOKEN_KEYS = [new_key, old_key]
    monkeypatch.setattr("accounts.tokens.rotation.BATCH", 3)
    assert "8 encrypted anew" in rotate()
    assert tokens.rows_on_old_keys() == 0


def test_the_audit_log_has_the_counts_and_no_secret(account, new_key, old_key):
    rotate()
    entry = AuditEntry.objects.get(event=AuditEntry.Event.KEYS_ROTATED)
    assert (entry.user, entry.by) == (None, AuditEntry.By.SITE)
    assert entry.detail == "1 encrypted anew"


# While it runs


class Recorder(io.StringIO):
    """What had been told by each time that it was passed on."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__()
        self.told: list[str] = []
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def flush(self) -> None:
        self.told.append(self.getvalue())


@pytest.fixture
def four_rows(account, new_key, old_key, settings) -> None:
    settings.TOKEN_KEYS = [old_key]
    copies(account, 3)
    settings.TOKEN_KEYS = [new_key, old_key]


def test_without_a_terminal_it_tells_in_lines_how_far_it_is(four_rows, monkeypatch):
    monkeypatch.setattr(rotate_token_keys, "LINE_EVERY", 0)
    out = Recorder()
    call_command("rotate_token_keys", stdout=out)
    lines = ["rows 1/4", "rows 2/4", "rows 3/4", "rows 4/4", "Rows: 4 encrypted anew."]
    assert out.getvalue().splitlines()[:5] == lines
    assert [told.splitlines() for told in out.told[:4]] == [lines[:count] for count in range(1, 5)]


def test_a_line_comes_only_now_and_then(four_rows):
    assert rotate().splitlines()[:2] == ["rows 4/4", "Rows: 4 encrypted anew."]


def test_on_a_terminal_there_is_a_bar(four_rows, monkeypatch):
    monkeypatch.setattr(rotate_token_keys, "LINE_EVERY", 0)
    out = Recorder(terminal=True)
    call_command("rotate_token_keys", stdout=out)
    assert "━" in out.getvalue()
    assert "rows 1/4\n" not in out.getvalue()


@pytest.mark.parametrize("args", [[], ["--check"]])
def test_a_migration_that_waits_is_told_from_a_database_that_is_down(db, tmp_path, args):
    for url, trouble in (
        (unmigrated(tmp_path), "The database waits for a migration: run `manage.py migrate`."),
        (f"sqlite:///{tmp_path / 'missing' / 'database'}", "The database isn't answering."),
    ):
        told = command_fails("rotate_token_keys", *args, DATABASE_URL=url)
        assert told == (
            f"CommandError: {trouble} What was encrypted anew stays so; run this again to go on.\n"
        )


# Counting only


def test_check_counts_and_writes_nothing(account, new_key):
    before = ciphertexts()
    out = fails("Not every row", "--check")
    assert "1 row still needs an old key" in out
    assert "Run it without --check" in out
    assert ciphertexts() == before
    rotate()
    assert DONE in rotate("--check")


def test_an_empty_database_is_fine(db, new_key):
    assert DONE in rotate("--check")
    assert DONE in rotate()


def test_accounts_without_tokens_need_no_key(account, new_key):
    AsanaAccount.objects.update(encrypted_access_token="", encrypted_refresh_token="")
    assert DONE in rotate("--check")
    assert DONE in rotate()
    assert not AsanaAccount.objects.get().needs_reconnecting


# A key that is gone


@pytest.fixture
def key_gone(account, settings) -> None:
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]


def test_a_row_whose_key_is_gone_needs_reconnecting_and_stays(account, key_gone):
    before = ciphertexts()
    out = fails("Not every row")
    assert "1 unreadable" in out
    assert "Put the missing key back" in out
    assert ciphertexts() == before
    assert AsanaAccount.objects.get().needs_reconnecting
    events = AuditEntry.objects.values_list("event", flat=True)
    assert list(events).count(AuditEntry.Event.NEEDS_RECONNECTING) == 1


def test_others_are_not_held_up_by_it(account, key_gone, settings):
    lost = settings.TOKEN_KEYS
    copies(account, 3)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *lost]
    assert "3 encrypted anew, 1 unreadable" in fails("Not every row")


def test_it_works_again_once_the_key_is_back(op, account, old_key, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)
    settings.TOKEN_KEYS = [*settings.TOKEN_KEYS, old_key]
    assert DONE in rotate()
    account.refresh_from_db()
    assert not account.needs_reconnecting
    assert tokens.access_token_for(account).startswith("access-")


def test_it_works_again_though_that_key_is_the_newest(op, account, old_key, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    fails("Not every row")
    settings.TOKEN_KEYS = [old_key]
    rotate()
    assert not AsanaAccount.objects.get().needs_reconnecting


def test_check_and_the_run_tell_the_same_of_a_key_that_is_back(op, account, old_key, settings):
    copies(account, 1)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    fails("Not every row")
    settings.TOKEN_KEYS = [old_key]
    checked = rotate("--check")
    assert "2 accounts were given up" in checked
    assert "usable again once this has run" in checked
    assert DONE in checked
    before = ciphertexts()
    done = rotate()
    assert "2/2" in done
    assert "Rows: 2 usable again." in done
    assert "given up" not in done
    assert ciphertexts() == before
    entry = AuditEntry.objects.filter(event=AuditEntry.Event.KEYS_ROTATED).latest("pk")
    assert entry.detail == "2 usable again"
    assert "nothing to do" in rotate()


def test_a_key_that_is_back_behind_a_newer_one(op, account, old_key, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    fails("Not every row")
    settings.TOKEN_KEYS = [*settings.TOKEN_KEYS, old_key]
    checked = fails("Not every row", "--check")
    assert "1 row still needs an old key" in checked
    assert "1 account was given up" in checked
    done = rotate()
    assert "1/1" in done
    assert "Rows: 1 usable again." in done
    assert tokens.rows_on_old_keys() == 0


@pytest.mark.parametrize("args", [[], ["--check"]])
def test_rows_whose_key_is_gone_are_told_once(account, key_gone, args):
    told = fails("Not every row", *args)
    assert "1 row can't be read with any of TOKEN_KEYS" in told
    assert "old key" not in told
    assert "without --check" not in told


def test_they_are_told_apart_from_those_that_wait(account, new_key, settings, old_key):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    copies(account, 2)
    settings.TOKEN_KEYS = [new_key, old_key]
    told = fails("Not every row", "--check")
    assert "1 row still needs an old key" in told
    assert "2 rows can't be read" in told


def test_what_asana_has_ended_does_not_come_back_that_way(account, new_key):
    tokens.needs_reconnecting(account, "Asana no longer lets us in")
    rotate()
    assert AsanaAccount.objects.get().needs_reconnecting


def test_an_access_token_that_is_lost_is_fetched_anew(op, account, new_key, settings):
    AsanaAccount.objects.update(encrypted_access_token="0123abcd.gAAAAA")
    assert DONE in rotate()
    assert not AsanaAccount.objects.get().needs_reconnecting
    assert tokens.access_token_for(account).startswith("access-")
    assert len(op.asked(TOKEN)) == 2


def test_a_revocation_whose_key_is_gone_stays(op, account, settings):
    tokens.hand_over(account, user=account.user)
    account.delete()
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert "2 unreadable" in fails("Not every row")
    assert Revocation.objects.count() == 2


def test_pages_say_it_and_none_breaks(owner, administrator, settings):
    """Never a 500, never a row lost."""
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    pk = owner.account.pk
    for _ in range(2):  # before and after anybody has found out
        for path in ("/tasks/", "/accounts/", "/workspaces/", "/calendar/"):
            assert owner.get(path).status_code in {200, 404}, path
        for path in ("", "accounts/asanaaccount/", f"accounts/asanaaccount/{pk}/change/"):
            assert administrator.get(f"/admin/{path}").status_code == 200, path
        assert owner.post("/tasks/refresh/").status_code == 302
        assert AsanaAccount.objects.get().needs_reconnecting
    assert "econnect" in owner.get("/accounts/").content.decode()


# A value in the wrong place


def test_a_value_copied_to_another_row_is_unreadable_there(account, new_key, settings):
    copy = AsanaAccount.objects.create(
        gid="7", user=account.user, encrypted_refresh_token=account.encrypted_refresh_token
    )
    assert "1 encrypted anew, 1 unreadable" in fails("Not every row")
    copy.refresh_from_db()
    assert copy.needs_reconnecting
    assert copy.encrypted_refresh_token == account.encrypted_refresh_token


def test_a_value_copied_to_another_column_is_unreadable_there(account, new_key):
    AsanaAccount.objects.update(encrypted_refresh_token=account.encrypted_access_token)
    assert "1 unreadable" in fails("Not every row")


# At the same time


def in_thread(results: list[str]) -> None:
    try:
        results.append(rotate())
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_a_refresh_and_overwrites_nothing_newer(op, account, new_key):
    """It begins while Asana is about to answer with a new refresh token."""
    results: list[str] = []
    waited: list[bool] = []
    rotation = Thread(target=in_thread, args=[results])

    def answers_meanwhile(handler):
        rotation.start()
        rotation.join(0.5)
        waited.append(rotation.is_alive())
        status, answer = op.right_answer(op.seen[-1])
        handler.answer(json.dumps(answer).encode(), status)

    op.replies[TOKEN] = answers_meanwhile
    tokens.access_token_for(account, rejected=tokens.access_token_for(account))
    rotation.join(30)
    assert waited == [True]
    assert DONE in results[0]
    assert refresh_token(account) == op.refresh_tokens[-1] != op.refresh_tokens[0]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_held_for_too_long_is_left_and_told(account, new_key, monkeypatch):
    with second_connection() as other:
        other.hold(account)
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET lock_timeout = '200ms'")
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command("rotate_token_keys", stdout=out)
        assert "1 row still needs an old key" in out.getvalue() or connection.vendor == "sqlite"
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET lock_timeout = 0")
    assert DONE in rotate()


@pytest.mark.django_db(transaction=True)
def test_processes_that_rotate_and_refresh_get_in_nobodys_way(
    asana, old_key, new_key, settings, monkeypatch
):
    """With refresh tokens that are good once, and a grant that ends when one comes back."""
    settings.TOKEN_KEYS = [old_key]
    account = Person.signed_in(asana, ADA).account
    copies(account, 200)
    token = tokens.access_token_for(account)
    asana.order("rotate_refresh_tokens")
    settings.TOKEN_KEYS = [new_key, old_key]
    monkeypatch.setenv("TOKEN_KEYS", f"{new_key},{old_key}")
    with Processes(2, 2, account) as processes:
        rotations = [start_rotation() for _ in range(2)]
        for _ in range(3):
            (token,) = set(processes.ask(rejected=token))
        told = [each.communicate(timeout=120) for each in rotations]
    assert [each.returncode for each in rotations] == [0, 0], told
    settings.TOKEN_KEYS = [new_key]
    assert tokens.unreadable_rows() == 0
    assert tokens.access_token_for(account, rejected=token) != token


@pytest.mark.django_db(transaction=True)
def test_it_can_be_stopped_and_run_again(account, old_key, new_key, settings, monkeypatch):
    settings.TOKEN_KEYS = [old_key]
    copies(account, 800)
    settings.TOKEN_KEYS = [new_key, old_key]
    monkeypatch.setenv("TOKEN_KEYS", f"{new_key},{old_key}")
    running = start_rotation()
    while running.poll() is None and tokens.rows_on_old_keys() > 790:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Stopped. " in error, error
    assert "Traceback" not in error
    assert 0 < tokens.rows_on_old_keys() < 800
    assert DONE in rotate()
    assert tokens.unreadable_rows() == 0


def start_rotation() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_token_keys"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
