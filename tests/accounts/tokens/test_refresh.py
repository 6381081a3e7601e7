import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts import audit, http, messages, metrics, tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, AuditEntry, ProviderDocument
from accounts.tokens.storage import read_token
from tests.accounts import replies
from tests.accounts.parallel import Processes, second_connection
from tests.accounts.provider import DISCOVERY, KEYS, MISSING, TOKEN
from tests.accounts.sign_ins import sign_in
from tests.people import Person
from tests.stand_in import ADA

Event = AuditEntry.Event


@pytest.fixture
def account(op) -> AsanaAccount:
    """Return an account that has just signed in, with a token valid for an hour."""
    account: AsanaAccount = sign_in(op).is_signed_in()
    op.seen.clear()
    return account


@pytest.fixture
def expired(account):
    expires_in(account, -60)
    return account


def expires_in(account: AsanaAccount, seconds: float) -> None:
    account.access_token_expires_at = timezone.now() + timedelta(seconds=seconds)
    account.refreshed_at = account.access_token_expires_at - timedelta(hours=1)
    account.save()


def stored_refresh_token() -> str:
    return read_token(AsanaAccount.objects.get(), "refresh_token")


# When


def test_a_token_that_is_good_is_used_without_asking(op, account):
    assert tokens.access_token_for(account) == tokens.access_token_for(account)
    assert op.seen == []


@pytest.mark.parametrize(("minutes", "refreshes"), [(6, 0), (4, 1), (0, 1), (-600, 1)])
def test_it_is_refreshed_five_minutes_before_its_end(op, account, minutes, refreshes):
    expires_in(account, minutes * 60)
    tokens.access_token_for(account)
    assert len(op.asked(TOKEN)) == refreshes


@pytest.mark.django_db(transaction=True)
def test_nobody_holds_a_lock_while_asana_is_asked(op, expired, monkeypatch):
    ProviderDocument.objects.update(fetched_at=timezone.now() - timedelta(days=3))
    asked: list[tuple[str, bool]] = []

    def spy(method, url, **more):
        asked.append((urlsplit(url).path, connection.in_atomic_block))
        return send(method, url, **more)

    send = http.send
    monkeypatch.setattr(http, "send", spy)
    op.token_response["id_token"] = MISSING
    assert tokens.access_token_for(expired)
    assert asked == [(DISCOVERY, False), (KEYS, False), (TOKEN, False)]


def test_without_the_documents_it_is_tried_later(op, expired):
    ProviderDocument.objects.all().delete()
    op.replies[DISCOVERY] = replies.says({}, 503)
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(expired)
    assert not op.asked(TOKEN)
    op.replies.clear()
    op.replies[KEYS] = replies.says({}, 503)
    op.token_response["id_token"] = MISSING
    assert tokens.access_token_for(expired)


def test_an_account_for_which_asana_gave_no_refresh_token_says_so(op, expired):
    AsanaAccount.objects.update(encrypted_refresh_token="")
    with pytest.raises(tokens.NeedsReconnecting, match="holds no access that lasts"):
        tokens.access_token_for(expired)


@pytest.mark.parametrize(("passed", "refreshes"), [(0, 0), (4, 0), (6, 1)])
def test_a_token_that_lives_for_seconds_is_used_for_half_of_them(op, passed, refreshes):
    op.token_response["expires_in"] = 10
    account = sign_in(op).is_signed_in()
    op.seen.clear()
    assert account.refreshed_at
    assert account.access_token_expires_at
    for name in ("refreshed_at", "access_token_expires_at"):
        setattr(account, name, getattr(account, name) - timedelta(seconds=passed))
    account.save()
    tokens.access_token_for(account)
    assert len(op.asked(TOKEN)) == refreshes


def test_what_was_refreshed_is_good_for_the_next_who_asks(op, expired):
    assert tokens.access_token_for(expired) == tokens.access_token_for(expired)
    assert len(op.asked(TOKEN)) == 1


def test_a_token_that_asana_rejects_is_refreshed_once(op, account):
    """A later caller with the same rejected token gets the token of that refresh."""
    rejected = tokens.access_token_for(account)
    fresh = tokens.access_token_for(account, rejected=rejected)
    assert fresh != rejected
    assert tokens.access_token_for(account, rejected=rejected) == fresh
    assert len(op.asked(TOKEN)) == 1


def test_the_request_is_what_asana_documents(op, expired):
    old = stored_refresh_token()
    tokens.access_token_for(expired)
    (seen,) = op.asked(TOKEN)
    assert seen.method == "POST"
    assert seen.query == ""
    assert "Authorization" not in seen.headers
    assert seen.form == {
        "grant_type": "refresh_token",
        "refresh_token": old,
        "client_id": op.client_id,
        "client_secret": op.client_secret,
    }


# What becomes of the refresh token


def test_a_new_refresh_token_replaces_the_old_one(op, expired):
    tokens.access_token_for(expired)
    assert stored_refresh_token() == op.refresh_tokens[-1] != op.refresh_tokens[0]


@pytest.mark.parametrize("value", [MISSING, None, ""], ids=["absent", "null", "empty"])
def test_without_a_new_one_the_old_one_stays(op, expired, value):
    op.token_response["refresh_token"] = value
    tokens.access_token_for(expired)
    assert stored_refresh_token() == op.refresh_tokens[0]


def test_it_is_committed_before_anybody_uses_the_access_token(expired):
    """A refresh needs a transaction of its own, which no outer one can roll back."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        tokens.access_token_for(expired)


# When it fails


@pytest.mark.parametrize("status", [400, 401, 200])
def test_only_invalid_grant_means_that_it_needs_reconnecting(op, expired, status):
    op.replies[TOKEN] = replies.says({"error": "invalid_grant"}, status)
    for _ in range(2):
        with pytest.raises(tokens.NeedsReconnecting):
            tokens.access_token_for(expired)
    assert len(op.asked(TOKEN)) == 1  # nobody asks again in vain
    account = AsanaAccount.objects.get()
    assert account.needs_reconnecting
    assert account.last_error
    assert account.encrypted_access_token == account.encrypted_refresh_token == ""


LATER = [
    pytest.param(replies.says({}, 500), None, id="500"),
    pytest.param(replies.says(b"<html>", 502), None, id="502, not JSON"),
    pytest.param(replies.says({}, 503, Retry_After="7"), 7, id="503 with Retry-After"),
    pytest.param(replies.says({}, 429, Retry_After="30"), 30, id="429 with Retry-After"),
    pytest.param(replies.says({}, 429), None, id="429 without"),
    pytest.param(replies.says({}, 429, Retry_After="soon"), None, id="Retry-After soon"),
    pytest.param(replies.says({}, 429, Retry_After="-5"), None, id="Retry-After negative"),
    pytest.param(
        replies.says({}, 429, Retry_After="Mon, 23 Nov 2026 10:00:00 GMT"), None, id="a date"
    ),
    pytest.param(replies.says({}, 429, Retry_After="9" * 5000), 86400, id="Retry-After for ever"),
    pytest.param(replies.says({}, 429, Retry_After="²"), None, id="Retry-After beyond ASCII"),
    pytest.param(replies.says({"error": "server_error"}, 400), None, id="server_error"),
    pytest.param(replies.says({"error": "invalid_client"}, 401), None, id="invalid_client"),
    pytest.param(replies.says({"error": "invalid_request"}, 400), None, id="invalid_request"),
    pytest.param(replies.says({"error": "access_denied"}, 400), None, id="access_denied"),
    pytest.param(replies.says({"error": "invalid_token"}, 400), None, id="invalid_token"),
    pytest.param(replies.says({"error": "bad_refresh_token"}, 400), None, id="others' words"),
    pytest.param(replies.says({"error": "invalid_grant"}, 503), None, id="503 that says so"),
    pytest.param(replies.says({}, 400), None, id="400"),
    pytest.param(replies.says(b"<html>"), None, id="not JSON"),
    pytest.param(replies.says([]), None, id="a list"),
    pytest.param(replies.says(b"[" * 100_000), None, id="deeply nested"),
    pytest.param(replies.says({}), None, id="nothing in it"),
    pytest.param(replies.says({"access_token": "a"}), None, id="no token type"),
    pytest.param(replies.says({"access_token": "a", "token_type": "mac"}), None, id="mac"),
    pytest.param(
        replies.says({"error": "", "access_token": "a", "token_type": "mac"}), None, id="no error"
    ),
    pytest.param(
        replies.says({"access_token": "a", "token_type": "bearer", "refresh_token": 7}),
        None,
        id="refresh token is a number",
    ),
    pytest.param(
        replies.says({"access_token": "a", "token_type": "bearer", "id_token": "x.y.z"}),
        None,
        id="an ID token that is none",
    ),
    pytest.param(replies.redirects_elsewhere, None, id="redirect elsewhere"),
    pytest.param(replies.sends_48_megabytes, None, id="48 MB"),
    pytest.param(replies.drips_headers, None, id="dripping headers"),
    pytest.param(replies.drips_a_body, None, id="dripping body"),
    pytest.param(replies.drops_the_connection, None, id="dropped"),
]


@pytest.mark.parametrize(("reply", "retry_after"), LATER)
def test_everything_else_means_later(op, hasty, expired, reply, retry_after):
    before = AsanaAccount.objects.values().get()
    op.replies[TOKEN] = reply
    with pytest.raises(tokens.TryLater) as caught:
        tokens.access_token_for(expired)
    assert caught.value.retry_after == retry_after
    assert AsanaAccount.objects.values().get() == before
    op.replies.clear()
    assert tokens.access_token_for(expired).startswith("access-")


def test_a_key_that_is_gone_means_reconnecting(op, account, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)
    assert op.seen == []
    assert AsanaAccount.objects.get().needs_reconnecting
    sign_in(op).is_signed_in()
    assert tokens.access_token_for(AsanaAccount.objects.get()).startswith("access-")


@pytest.mark.parametrize("value", ["", "gAAAA", "plain text"])
def test_an_altered_token_is_as_good_as_none(op, account, value):
    AsanaAccount.objects.update(encrypted_access_token=value)
    assert tokens.access_token_for(account).startswith("access-")
    AsanaAccount.objects.update(encrypted_access_token=value, encrypted_refresh_token=value)
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)


def test_tokens_cannot_be_swapped_between_rows_or_columns(op, account):
    """Whoever can write to the database gets nobody else's tokens used that way."""
    other = AsanaAccount.objects.create(
        gid="1300000000000002",
        user=account.user,
        encrypted_access_token=account.encrypted_access_token,
        encrypted_refresh_token=account.encrypted_refresh_token,
        access_token_expires_at=account.access_token_expires_at,
        refreshed_at=account.refreshed_at,
    )
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(other)
    account.encrypted_access_token = account.encrypted_refresh_token
    account.save()
    assert tokens.access_token_for(account).startswith("access-")
    assert op.asked(TOKEN)


def test_an_account_that_is_gone_by_now_needs_connecting(op, account):
    AsanaAccount.objects.all().delete()
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)


def test_an_older_key_still_works_and_what_is_refreshed_gets_the_newest(op, expired, settings):
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, *settings.TOKEN_KEYS]
    tokens.access_token_for(expired)
    settings.TOKEN_KEYS = [new]
    assert tokens.access_token_for(expired).startswith("access-")


# What is written down of it


@pytest.mark.parametrize("status", [400, 503])
@pytest.mark.parametrize(
    ("error", "times"),
    [
        ("unknown_token {}", 1),
        ("{}", 1),
        ("a" * 41, 1),
        ("é", 1),
        (7, 1),
        (["{}"], 0),
        ({"{}": 1}, 0),
    ],
)
def test_a_refusal_is_told_by_a_name_alone(op, expired, status, error, times):
    """The text of a refusal could hold anything, even the token."""
    said = json.loads(json.dumps(error).replace("{}", op.refresh_tokens[0]))
    op.replies[TOKEN] = replies.says({"error": said}, status)
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(expired)
    entries = AuditEntry.objects.filter(event=Event.REFRESH_REFUSED)
    told = [(entry.detail, entry.detail_args) for entry in entries]
    assert told == [("refresh_refused", {"error": "own_error"})] * times
    assert {messages.detail_message(entry) for entry in entries} <= {"an error of its own"}


def test_the_transition_is_told_once_however_many_find_out(op, expired):
    op.replies[TOKEN] = replies.says({"error": "invalid_grant"}, 400)
    for _ in range(3):
        with pytest.raises(tokens.NeedsReconnecting):
            tokens.access_token_for(expired)
    tokens.mark_needs_reconnecting(expired, Problem.ASKED_BY_ADMINISTRATOR)
    tokens.mark_needs_reconnecting(AsanaAccount.objects.get(), Problem.GONE)
    (entry,) = AuditEntry.objects.filter(event=Event.NEEDS_RECONNECTING)
    assert (entry.user, entry.account_gid, entry.by) == (expired.user, expired.gid, "site")
    assert AsanaAccount.objects.get().last_error == entry.detail == "access_ended"


@pytest.mark.django_db(transaction=True)
def test_it_is_told_once_by_several_at_the_same_time(op, account):
    barrier = Barrier(8)

    def find_out(number: int) -> None:
        mine = AsanaAccount.objects.get()
        barrier.wait(10)
        tokens.mark_needs_reconnecting(mine, Problem.ACCESS_ENDED, by=number)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(find_out, range(8)))
    (entry,) = AuditEntry.objects.filter(event=Event.NEEDS_RECONNECTING)
    account = AsanaAccount.objects.get()
    assert account.last_error == entry.detail == "access_ended"
    assert account.last_error_args == entry.detail_args


def test_a_new_trouble_after_it_was_mended_is_told_again(op, account):
    for _ in range(2):
        tokens.mark_needs_reconnecting(AsanaAccount.objects.get(), Problem.ACCESS_ENDED)
        sign_in(op).is_signed_in()
    assert AuditEntry.objects.filter(event=Event.NEEDS_RECONNECTING).count() == 2


def test_a_refusal_is_told_once_an_hour_with_a_fingerprint_and_no_token(op, expired):
    op.replies[TOKEN] = replies.says({"error": "invalid_client"}, 401)
    for _ in range(3):
        with pytest.raises(tokens.TryLater):
            tokens.access_token_for(expired)
    (entry,) = AuditEntry.objects.filter(event=Event.REFRESH_REFUSED)
    assert entry.detail_args == {"error": "invalid_client"}
    assert messages.detail_message(entry) == "invalid_client"
    assert entry.fingerprint == tokens.fingerprint(expired) != ""
    assert entry.fingerprint not in op.refresh_tokens[0]


def test_whatever_changes_a_grant_is_told_with_the_fingerprint_of_its_token(op, account):
    prints = {Event.CONNECTED: tokens.fingerprint(account)}
    op.token_response["scope"] = "openid tasks:read tasks:write"
    prints[Event.PERMISSIONS_WIDENED] = tokens.fingerprint(sign_in(op).is_signed_in())
    tokens.mark_needs_reconnecting(AsanaAccount.objects.get(), Problem.ACCESS_ENDED)
    op.token_response["scope"] = "openid tasks:read"
    prints[Event.RECONNECTED] = tokens.fingerprint(sign_in(op).is_signed_in())
    prints[Event.PERMISSIONS_GIVEN_UP] = prints[Event.RECONNECTED]
    told = AuditEntry.objects.filter(event__in=prints)
    assert dict(told.values_list("event", "fingerprint")) == prints
    assert len({*prints.values(), ""}) == 4


def test_an_ordinary_refresh_is_told_by_the_account_alone(expired):
    """One an hour for each account would bury what matters in the history."""
    before = AuditEntry.objects.count()
    tokens.access_token_for(expired)
    assert AuditEntry.objects.count() == before
    assert AsanaAccount.objects.get().refreshed_at > expired.refreshed_at


def test_an_outage_is_no_refusal(op, expired):
    op.replies[TOKEN] = replies.says({}, 503)
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(expired)
    assert not AuditEntry.objects.filter(event=Event.REFRESH_REFUSED).exists()


# Many callers at once


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_fifty_ask_at_once_and_one_refreshes_for_all(asana):
    """Ten processes of five threads, with refresh tokens that are good once, and a grant that ends
    when one comes back."""
    account = Person.signed_in(asana, ADA).account
    first = tokens.access_token_for(account)
    asana.order("rotate_refresh_tokens")
    asana.order("latency", value=100, path="/-/oauth_token")
    asana.expire_tokens()
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())
    with Processes(10, 5, account) as processes:
        told = [processes.ask()]
        told.append(processes.ask(rejected=told[0][0]))
    assert [len(each) for each in told] == [50, 50]
    (second,), (third,) = map(set, told)
    assert len({first, second, third}) == 3
    assert second.isascii()
    refreshes = [each for each in asana.requests("/-/oauth_token") if "code" not in each["form"]]
    assert [each["status"] for each in refreshes] == [200, 200]
    account.refresh_from_db()
    assert not account.needs_reconnecting
    assert tokens.access_token_for(account) == third


@pytest.mark.django_db(transaction=True)
def test_whoever_cannot_have_the_lock_is_told_later(op, account, monkeypatch):
    """The error says that another process holds the lock, not that the credentials are bad."""
    monkeypatch.setattr("accounts.tokens.refresh.WAIT_SECONDS", 1)
    before = AsanaAccount.objects.values().get()
    with second_connection() as other:
        other.hold(account)
        with pytest.raises(tokens.TryLater, match="Somebody else"):
            tokens.access_token_for(account, rejected=tokens.access_token_for(account))
    assert AsanaAccount.objects.values().get() == before
    assert op.seen == []
    assert tokens.access_token_for(account).startswith("access-")


def test_what_cannot_be_written_down_is_not_marked_either(op, account, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", Mock(side_effect=OperationalError))
        with pytest.raises(OperationalError):
            tokens.mark_needs_reconnecting(account, Problem.NOTHING_LASTING)
    account.refresh_from_db()
    assert not account.needs_reconnecting
    tokens.mark_needs_reconnecting(account, Problem.NOTHING_LASTING)
    entry = AuditEntry.objects.get(event=AuditEntry.Event.NEEDS_RECONNECTING)
    assert entry.detail == "nothing_lasting"


def test_how_refreshes_went_is_counted(op, expired):
    def counted() -> dict[str, float]:
        name = "onelist_token_refreshes_total"
        return {
            outcome: REGISTRY.get_sample_value(name, {"outcome": outcome}) or 0
            for outcome in metrics.REFRESHES
        }

    before = counted()
    op.replies[TOKEN] = replies.says({}, 500)
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(expired)
    op.replies.clear()
    tokens.access_token_for(expired)
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())
    op.replies[TOKEN] = replies.says({"error": "invalid_grant"}, 400)
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(expired)
    after = counted()
    assert {name: after[name] - before[name] for name in after} == {
        "refreshed": 1,
        "try_later": 1,
        "needs_reconnecting": 1,
        "not_stored": 0,
    }
