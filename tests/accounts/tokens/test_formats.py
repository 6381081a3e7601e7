"""Tokens are bound to their person; the old format, which isn't, is read until none is left."""

import pytest
from cryptography.fernet import Fernet

from accounts import messages, tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation, TokenFormat, User
from accounts.tokens.storage import add_earlier_refresh_token
from tests.accounts.provider import REVOKE, TOKEN
from tests.accounts.rotations import (
    DONE,
    as_before,
    ciphertexts,
    copies,
    fails,
    in_old_format,
    refresh_token,
    rotate,
)


def refusals() -> list[str]:
    entries = AuditEntry.objects.filter(event=AuditEntry.Event.KEYS_ROTATED)
    return [messages.detail_message(entry) for entry in entries if "refused" in entry.detail]


def give_to_somebody_else() -> User:
    """Change the person of the account in the database, as no page does."""
    mallory = User.objects.create_user("mallory")
    AsanaAccount.objects.update(user=mallory)
    return mallory


def test_a_row_that_was_given_to_somebody_else_opens_nothing(op, account):
    add_earlier_refresh_token(account, "refresh-earlier")
    before = ciphertexts()
    give_to_somebody_else()
    row = AsanaAccount.objects.get()
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(row)
    assert "1 unreadable" in rotate()
    assert ciphertexts() == before
    row.refresh_from_db()
    assert row.needs_reconnecting
    revocations = tokens.set_aside_for_revocation(row, user=row.user)
    assert {each.pk for each in revocations} == {None}
    assert op.asked(TOKEN) == op.asked(REVOKE) == []


def test_the_old_format_is_read_and_the_new_one_written(op, account):
    token, access_token = refresh_token(account), tokens.access_token_for(account)
    in_old_format(account)
    assert tokens.access_token_for(account) == access_token
    assert refresh_token(account) == token
    assert tokens.rows_in_old_format() == tokens.rows_on_old_keys() == 1
    tokens.refresh_now(account)
    account.refresh_from_db()
    assert account.encrypted_access_token.startswith("v2.")
    assert tokens.access_token_for(account) != access_token


def test_a_rotation_converts_all_of_it_and_records_that_none_is_left(op, account):
    add_earlier_refresh_token(account, "refresh-earlier")
    account.refresh_from_db()
    other = AsanaAccount(gid="9", user=account.user)
    tokens.store(other, {"access_token": "a", "refresh_token": "b"})
    tokens.set_aside_for_revocation(other, user=other.user)
    token = refresh_token(account)
    in_old_format(account)
    checked = fails("Not every row", "--check")
    assert "2 rows still need an old key or are in the old format" in checked
    assert "In the old format, not bound to a person: 2 rows." in checked
    assert refusals() == []
    out = rotate()
    assert "2 encrypted anew" in out
    assert DONE in out
    assert tokens.rows_in_old_format() == tokens.unreadable_rows() == 0
    assert refresh_token(account) == token
    assert TokenFormat.objects.get().version == 2
    assert len(refusals()) == 1
    rotate()
    assert len(refusals()) == 1


def test_from_then_on_it_is_refused(op, account):
    """For instance one from an old backup, in a row that was given to somebody else."""
    in_old_format(account)
    old = account.encrypted_refresh_token
    rotate()
    give_to_somebody_else()
    AsanaAccount.objects.update(encrypted_refresh_token=old, encrypted_access_token="")
    with pytest.raises(tokens.NeedsReconnecting, match="cannot be read"):
        tokens.access_token_for(AsanaAccount.objects.get())
    assert "1 unreadable" in fails("Not every row")
    assert AsanaAccount.objects.get().encrypted_refresh_token == old


def test_so_is_one_of_a_revocation(op, account):
    (revocation,) = tokens.set_aside_for_revocation(account, user=account.user)
    place = f"revocation:{revocation.reference}:refresh_token"
    Revocation.objects.update(encrypted_refresh_token=as_before("token", place))
    revocation.refresh_from_db()
    assert tokens.unreadable_rows() == 1
    TokenFormat.objects.all().delete()
    assert tokens.unreadable_rows() == 0


def test_an_unreadable_row_is_not_touched_and_keeps_the_old_format_readable(op, account, settings):
    """Its key may be put back."""
    key = settings.TOKEN_KEYS[0]
    copies(account, 1)
    in_old_format(account)
    before = account.encrypted_refresh_token
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    told = fails("Not every row")
    assert "2 unreadable" in told
    assert "In the old format, not bound to a person: 1 row." in told
    account.refresh_from_db()
    assert account.encrypted_refresh_token == before
    assert not TokenFormat.objects.exists()
    settings.TOKEN_KEYS = [*settings.TOKEN_KEYS, key]
    assert "2 usable again" in rotate()
    assert TokenFormat.objects.exists()


def test_a_new_site_never_reads_the_old_one(db):
    assert TokenFormat.objects.filter(version=2).exists()
