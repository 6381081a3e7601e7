"""New keys for old rows, while the site runs."""

import io
import json
from threading import Thread

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import messages, tokens
from accounts.models import AsanaAccount, AuditEntry
from tests.accounts.parallel import Processes, second_connection
from tests.accounts.provider import REVOKE, TOKEN
from tests.accounts.rotations import (
    DONE,
    FIELDS,
    ciphertexts,
    copies,
    in_old_format,
    refresh_token,
    rotate,
    start_rotation,
)
from tests.accounts.sign_ins import sign_in
from tests.people import Person
from tests.stand_in import ADA


def test_everything_is_readable_without_the_old_key(op, account, new_key, settings):
    before = refresh_token(account)
    access_token = tokens.access_token_for(account)
    out = rotate()
    assert "1 encrypted anew" in out
    assert DONE in out
    settings.TOKEN_KEYS = [new_key]
    assert refresh_token(account) == before
    assert tokens.access_token_for(account) == access_token
    assert op.asked(TOKEN) == []


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
    assert not tokens.grant_works(account)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), old_key]
    assert "1 encrypted anew" in rotate()
    assert tokens.rows_on_old_keys() == tokens.unreadable_rows() == 0


def test_waiting_revocations_are_too(op, account, old_key, settings):
    token = refresh_token(account)
    (revocation,) = tokens.set_aside_for_revocation(account, user=account.user)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), old_key]
    assert "2 encrypted anew" in rotate()
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    revocation.refresh_from_db()
    tokens.revoke(revocation)
    assert [seen.form["token"] for seen in op.asked(REVOKE)] == [token]


def test_values_of_before_there_were_key_ids_are_too(account, new_key, settings):
    before = refresh_token(account)
    in_old_format(account)
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
    assert messages.detail_message(entry) == "1 encrypted anew"


# At the same time


def in_thread(results: list[str]) -> None:
    try:
        results.append(rotate())
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_refresh_at_the_same_time_loses_nothing(op, account, new_key):
    """The rotation does its work while Asana is about to answer with a new refresh token."""
    results: list[str] = []
    rotation = Thread(target=in_thread, args=[results])

    def answers_meanwhile(handler):
        rotation.start()
        rotation.join(30)
        status, response = op.right_response(op.seen[-1])
        handler.respond(json.dumps(response).encode(), status)

    op.replies[TOKEN] = answers_meanwhile
    tokens.access_token_for(account, rejected=tokens.access_token_for(account))
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
        waits = "1 row still needs an old key or is in the old format" in out.getvalue()
        assert waits or connection.vendor == "sqlite"
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET lock_timeout = 0")
    assert DONE in rotate()


@pytest.mark.process
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
