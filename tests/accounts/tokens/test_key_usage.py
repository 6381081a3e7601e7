"""Keys that are missing or back again, and encrypted values moved to another place."""

import pytest
from cryptography.fernet import Fernet

from accounts import messages, tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, AuditEntry, Revocation
from asana_tasks.sync import engine
from tests.accounts.provider import TOKEN
from tests.accounts.rotations import DONE, ciphertexts, copies, fails, rotate
from tests.accounts.sign_ins import sign_in


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
    assert messages.detail_message(entry) == "2 usable again"
    assert "nothing to do" in rotate()


def test_a_key_that_is_back_behind_a_newer_one(op, account, old_key, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    fails("Not every row")
    settings.TOKEN_KEYS = [*settings.TOKEN_KEYS, old_key]
    checked = fails("Not every row", "--check")
    assert "1 row still needs an old key or is in the old format" in checked
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
    assert "1 row still needs an old key or is in the old format" in told
    assert "2 rows can't be read" in told


def test_what_asana_has_ended_does_not_come_back_that_way(account, new_key):
    tokens.mark_needs_reconnecting(account, Problem.ACCESS_ENDED)
    rotate()
    assert AsanaAccount.objects.get().needs_reconnecting


def test_an_access_token_that_is_lost_is_fetched_anew(op, account, new_key, settings):
    AsanaAccount.objects.update(encrypted_access_token="0123abcd.gAAAAA")
    assert DONE in rotate()
    assert not AsanaAccount.objects.get().needs_reconnecting
    assert tokens.access_token_for(account).startswith("access-")
    assert len(op.asked(TOKEN)) == 1


def test_a_revocation_whose_key_is_gone_stays(op, account, settings):
    tokens.set_aside_for_revocation(account, user=account.user)
    account.delete()
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert "1 unreadable" in fails("Not every row")
    assert Revocation.objects.count() == 1


@pytest.fixture
def unreadable_grant(op, account, settings) -> AsanaAccount:
    """Return an account of two grants; the key of the earlier one's token is missing."""
    sign_in(op).is_signed_in()
    account.refresh_from_db()
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    earlier = account.encrypted_earlier_refresh_tokens
    tokens.store(account, {"access_token": "access-new", "refresh_token": "refresh-new"})
    assert AsanaAccount.objects.get().encrypted_earlier_refresh_tokens == earlier != ""
    return account


def told_of() -> list[str]:
    given_up = AuditEntry.objects.filter(event=AuditEntry.Event.REVOCATION_GIVEN_UP)
    return list(given_up.values_list("detail", flat=True))


OF_IT = "earlier_token_unreadable"


def test_a_grant_of_an_earlier_sign_in_that_nobody_can_end_is_told_of(unreadable_grant):
    """Here by disconnecting; the next tests remove the token in other ways."""
    revocations = tokens.set_aside_for_revocation(unreadable_grant, user=unreadable_grant.user)
    assert tokens.revoke_together(revocations) == tokens.Outcome.GIVEN_UP
    assert told_of() == ["token_unreadable"]


def test_and_when_the_rest_of_the_row_is_rotated(unreadable_grant):
    rotate()
    rotate()
    assert told_of() == [OF_IT]


def test_and_when_another_is_set_aside(unreadable_grant):
    tokens.add_earlier_refresh_token(unreadable_grant, "refresh-other")
    tokens.add_earlier_refresh_token(unreadable_grant, "refresh-another")
    assert told_of() == [OF_IT]


def test_and_when_an_account_is_connected_anew_whose_own_key_is_gone(op, account, key_gone):
    sign_in(op).is_signed_in()
    sign_in(op).is_signed_in()
    assert told_of() == [OF_IT]


def test_pages_say_it_and_none_breaks(owner, administrator, settings):
    """Never a 500, never a row lost."""
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    pk = owner.account.pk
    for _ in range(2):  # before and after anybody has found out
        for path in ("/tasks/", "/accounts/", "/workspaces/", "/tasks/calendar/"):
            assert owner.get(path).status_code == 200, path
        for path in ("", "accounts/asanaaccount/", f"accounts/asanaaccount/{pk}/change/"):
            assert administrator.get(f"/admin/{path}").status_code == 200, path
        assert engine.run_sync(owner.account).state == "failed"
        assert AsanaAccount.objects.get().needs_reconnecting
    assert "econnect" in owner.get("/accounts/").content.decode()


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
