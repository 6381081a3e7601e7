"""What whoever runs it is told, and that it can be stopped."""

import io
import signal
import time

import pytest
from django.core.management import call_command

from accounts import tokens
from accounts.management.commands import rotate_token_keys
from accounts.models import AsanaAccount
from tests.accounts.parallel import fails as command_fails
from tests.accounts.parallel import unmigrated
from tests.accounts.rotations import (
    DONE,
    ciphertexts,
    copies,
    fails,
    rotate,
    start_rotation,
)


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


@pytest.mark.process
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


def test_check_counts_and_writes_nothing(account, new_key):
    before = ciphertexts()
    out = fails("Not every row", "--check")
    assert "1 row still needs an old key or is in the old format" in out
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


@pytest.mark.process
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
