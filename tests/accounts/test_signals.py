"""Whoever deletes an account or a person, and however: the grant is revoked, no name is left."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone

from accounts import tokens
from accounts.disconnect import remove_account
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.tokens.set_aside import read_revocation
from accounts.user_deletion import delete_user
from tests.accounts.provider import TOKEN


def kept_token() -> str:
    return read_revocation(Revocation.objects.get())


@pytest.mark.parametrize(
    "delete",
    [
        pytest.param(lambda account: account.delete(), id="the account"),
        pytest.param(lambda _: AsanaAccount.objects.all().delete(), id="accounts in bulk"),
        pytest.param(lambda account: account.user.delete(), id="the person"),
        pytest.param(lambda _: User.objects.all().delete(), id="people in bulk"),
    ],
)
def test_the_refresh_token_is_kept_until_it_is_revoked(op, account, delete):
    delete(account)
    assert not AsanaAccount.objects.exists()
    assert op.revoked == []  # nobody waits for Asana in a transaction
    assert kept_token() == op.refresh_tokens[-1]
    tokens.revoke_due()
    assert op.revoked == op.asked("/-/oauth_revoke")[0].form["token"].split()
    assert op.refresh_tokens == []
    assert not Revocation.objects.exists()


def test_it_is_revoked_for_somebody_who_can_still_read_about_it(op, account):
    account.delete()
    revocation = Revocation.objects.get()
    assert (revocation.user, revocation.account_name) == (account.user, "Pia Lind")
    assert revocation.account_hash == tokens.account_hash(account.gid)
    assert account.gid not in revocation.account_hash


@pytest.mark.parametrize(
    "delete", [lambda user: user.delete(), lambda _: User.objects.all().delete()]
)
def test_of_somebody_who_is_deleted_no_name_is_left(op, account, delete):
    """Neither with what is to be revoked now, nor with what was waiting already."""
    other = AsanaAccount.objects.create(user=account.user, gid="2", name="Pia at work")
    tokens.store(other, {"access_token": "access-2", "refresh_token": "refresh-2"})
    other.delete()
    LogEntry.objects.create(
        user=User.objects.create(username="root"),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(account.user.pk),
        object_repr="pia",
        action_flag=CHANGE,
    )
    delete(User.objects.get(pk=account.user.pk))
    left = [(each.user, each.account_name) for each in Revocation.objects.all()]
    assert left == [(None, ""), (None, "")]
    assert not LogEntry.objects.filter(object_repr="pia").exists()


def test_of_an_administrator_name_and_address_stay_with_what_they_did(account):
    root = User.objects.create_user("root")
    seen = {"event": "seen", "by": "administrator", "address": "203.0.113.9", "browser": "Firefox"}
    AuditEntry.objects.create(**seen, user=account.user, actor=root)
    own = AuditEntry.objects.create(**seen, user=account.user, actor=account.user)
    root.delete()
    left = account.user.history.filter(event="seen")
    assert set(left.values_list("actor", "actor_name", "address", "browser")) == {
        (None, "root", "203.0.113.9", "Firefox"),
        (own.actor_id, "", "203.0.113.9", "Firefox"),
    }


@pytest.mark.parametrize("value", ["", "gAAAA", "plain text"])
def test_a_token_that_cannot_be_read_leaves_nothing_to_revoke(op, account, value):
    AsanaAccount.objects.update(encrypted_refresh_token=value)
    account.refresh_from_db()
    account.delete()
    given_up = AuditEntry.objects.filter(event="revocation_given_up").count()
    assert given_up == (1 if value else 0)
    assert not Revocation.objects.exists()
    assert not AsanaAccount.objects.exists()


def test_it_is_the_newest_token_whatever_the_caller_had_read(op, account):
    """With a rotating provider, revoking an older one would leave the grant alive."""
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())
    tokens.access_token_for(account)
    account.delete()
    assert kept_token() == op.refresh_tokens[-1] != op.refresh_tokens[0]


def test_what_somebody_else_has_deleted_leaves_one_revocation(op, account):
    stale = AsanaAccount.objects.get()
    account.delete()
    stale.delete()
    assert Revocation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refused", [False, True], ids=["refreshed", "refused"])
@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda account, _: account.delete(), id="deleted"),
        pytest.param(
            lambda account, request: remove_account(account, request, even_the_last=True),
            id="disconnected",
        ),
        pytest.param(lambda account, request: delete_user(account.user, request), id="person"),
    ],
)
def test_what_a_refresh_in_progress_brings_is_revoked_too(op, account, rf, leave, refused):
    """Nobody waits for it; and neither of the two trips over what the other has done."""
    asked, gone = threading.Event(), threading.Event()

    def slowly(handler):
        asked.set()
        gone.wait(30)
        if refused:
            handler.respond(b'{"error": "invalid_grant"}', 400)
        else:
            handler.respond_rightly()

    request = rf.post("/")
    request.user = account.user
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())
    op.replies[TOKEN] = slowly
    with ThreadPoolExecutor(1) as pool:
        refresh = pool.submit(_refresh, account)
        assert asked.wait(30)
        leave(account, request)
        gone.set()
        assert refresh.result(30) == "NeedsReconnecting"
    assert not AsanaAccount.objects.exists()
    kept = {read_revocation(each) for each in Revocation.objects.all()}
    assert kept == set(op.refresh_tokens)


def _refresh(account):
    try:
        tokens.access_token_for(account)
    except tokens.TokenError as error:
        return type(error).__name__
    finally:
        connection.close()
    return "refreshed"


def test_a_deletion_that_is_rolled_back_leaves_everything_as_it_was(op, account):
    with transaction.atomic():
        account.delete()
        transaction.set_rollback(True)
    assert not Revocation.objects.exists()
    assert tokens.access_token_for(AsanaAccount.objects.get()).startswith("access-")
