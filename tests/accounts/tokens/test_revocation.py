import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier, Event

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.utils import timezone

from accounts import tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, AuditEntry, ProviderDocument, Revocation, User
from accounts.tokens import Outcome
from tests.accounts import replies
from tests.accounts.provider import DISCOVERY, MISSING, REVOKE
from tests.accounts.sign_ins import sign_in
from tests.people import Person
from tests.stand_in import ADA

Happened = AuditEntry.Event
WHILE_WAITING = [Happened.REVOCATION_WAITING, Happened.REVOCATION_GIVEN_UP]


@pytest.fixture
def revocation(op) -> Revocation:
    """Return the revocation of an account that has just been deleted."""
    account = sign_in(op).is_signed_in()
    account.delete()
    op.seen.clear()
    return Revocation.objects.get()


@pytest.fixture
def hurried(monkeypatch) -> None:
    monkeypatch.setattr("accounts.tokens.revocation.SECONDS", 0.4)


def told(*events: AuditEntry.Event) -> list[tuple[str, str]]:
    """Return the event and the detail of the entries of these events, oldest first."""
    entries = AuditEntry.objects.filter(event__in=events or list(Happened)).order_by("pk")
    return list(entries.values_list("event", "detail"))


# The request


def test_it_is_what_asana_documents(op, revocation):
    token = op.refresh_tokens[0]
    assert tokens.revoke(revocation) == Outcome.REVOKED
    (seen,) = op.seen
    assert (seen.method, seen.path, seen.query) == ("POST", REVOKE, "")
    assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in seen.headers
    assert seen.form == {
        "client_id": op.client_id,
        "client_secret": op.client_secret,
        "token": token,
    }


def test_at_asana_the_grant_is_gone_afterwards(asana, db):
    account = Person.signed_in(asana, ADA).account
    token = tokens.access_token_for(account)
    account.delete()
    assert tokens.revoke(Revocation.objects.get()) == Outcome.REVOKED
    (seen,) = asana.requests("/-/oauth_revoke")
    assert (seen["status"], seen["query"]) == (200, {})
    assert set(seen["form"]) == {"client_id", "client_secret", "token"}
    again = AsanaAccount(gid=ADA, user=account.user)
    tokens.store(again, {"access_token": token, "refresh_token": "of the grant that is gone"})
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(again, rejected=token)


def test_what_has_happened_is_told_in_the_persons_history(op, revocation):
    tokens.revoke(revocation)
    entry = AuditEntry.objects.get(event=Happened.REVOKED)
    assert (entry.user, entry.account_name, entry.by) == (revocation.user, "Pia Lind", "site")
    assert not Revocation.objects.exists()


def test_a_token_that_is_unknown_there_counts_as_revoked(op, revocation):
    """RFC 7009 2.2: a second time is as good as the first."""
    op.refresh_tokens.clear()
    assert tokens.revoke(revocation) == Outcome.REVOKED


# Where it goes


def test_without_a_revocation_endpoint_it_is_where_asana_documents_it(op, revocation):
    ProviderDocument.objects.all().delete()
    op.discovery["revocation_endpoint"] = MISSING
    assert tokens.revoke(revocation) == Outcome.REVOKED
    assert len(op.asked("/-/oauth_revoke")) == 1


def test_it_goes_where_discovery_says(op, revocation):
    ProviderDocument.objects.all().delete()
    op.discovery["revocation_endpoint"] = op.url + REVOKE + "/v2"
    op.replies[REVOKE + "/v2"] = replies.says({})
    assert tokens.revoke(revocation) == Outcome.REVOKED
    assert len(op.asked(REVOKE + "/v2")) == 1
    assert not op.asked(REVOKE)


@pytest.mark.parametrize("endpoint", ["{elsewhere}/revoke", "/-/oauth_revoke", 7, None, ""])
def test_it_goes_nowhere_but_to_the_issuers_origin(op, revocation, endpoint):
    """It waits otherwise; with the last good copy of discovery it is sent as usual."""
    if isinstance(endpoint, str):
        endpoint = endpoint.format(elsewhere=op.elsewhere)
    op.discovery["revocation_endpoint"] = endpoint
    good_copy = ProviderDocument.objects.get(url=op.url + DISCOVERY)
    ProviderDocument.objects.all().delete()
    assert tokens.revoke(revocation) == Outcome.WAITING
    assert not op.asked(REVOKE)
    good_copy.save()
    assert tokens.revoke(Revocation.objects.get()) == Outcome.REVOKED


# When it fails


FAULTS = [
    pytest.param(replies.says({"error": "invalid_request"}, 400), 400, id="400"),
    pytest.param(replies.says({"error": "invalid_client"}, 401), 401, id="401"),
    pytest.param(replies.says({}, 403), 403, id="403"),
    pytest.param(replies.says({}, 404), 404, id="404"),
    pytest.param(replies.says({}, 429, Retry_After="30"), 429, id="429"),
    pytest.param(replies.says({}, 500), 500, id="500"),
    pytest.param(replies.says(b"<html>", 503), 503, id="503"),
    pytest.param(replies.drops_the_connection, Problem.NO_RESPONSE, id="dropped"),
    pytest.param(replies.sends_half, Problem.NO_RESPONSE, id="half an answer"),
    pytest.param(replies.drips_headers, Problem.TIMEOUT, id="dripping headers"),
    pytest.param(replies.drips_a_body, Problem.TIMEOUT, id="dripping body"),
    pytest.param(replies.redirects_elsewhere, Problem.REDIRECTED, id="redirect elsewhere"),
    pytest.param(replies.redirects_here, Problem.REDIRECTED, id="redirect to itself"),
    pytest.param(replies.sends_48_megabytes, Problem.TOO_LARGE, id="48 MB"),
    pytest.param(replies.sends_a_gzip_bomb, Problem.TOO_LARGE, id="gzip bomb"),
]


@pytest.mark.parametrize(("reply", "why"), FAULTS)
def test_it_is_tried_again_later(op, hurried, revocation, reply, why):
    op.replies[REVOKE] = reply
    began = timezone.now()
    assert tokens.revoke(revocation) == Outcome.WAITING
    waiting = Revocation.objects.get()
    args = {"status": why} if isinstance(why, int) else {}
    assert waiting.last_error == (Problem.HTTP_ERROR if args else why)
    assert waiting.last_error_args == args
    assert waiting.attempts == 1
    assert waiting.next_attempt_at - began > timedelta(seconds=50)
    assert waiting.encrypted_refresh_token == revocation.encrypted_refresh_token
    ((event, detail),) = told(Happened.REVOCATION_WAITING, Happened.REVOKED)
    assert (event, detail) == (Happened.REVOCATION_WAITING, waiting.last_error)
    op.replies.clear()
    assert tokens.revoke(waiting) == Outcome.REVOKED


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000], ids=["empty", "HTML", "deep"])
def test_what_a_200_says_does_not_matter(op, revocation, body):
    op.replies[REVOKE] = replies.says(body)
    assert tokens.revoke(revocation) == Outcome.REVOKED


def test_without_discovery_it_waits_as_well(op, revocation):
    ProviderDocument.objects.all().delete()
    op.replies[DISCOVERY] = replies.says({}, 503)
    assert tokens.revoke(revocation) == Outcome.WAITING
    assert not op.asked(REVOKE)


def test_the_pauses_grow_for_a_week_and_then_it_is_given_up(op, revocation):
    """Told when it first had to wait, and when it was given up; nothing in between."""
    op.replies[REVOKE] = replies.says({}, 503)
    began = revocation.requested_at
    tried = []
    with time_machine.travel(began, tick=False) as clock:
        while waiting := Revocation.objects.first():
            clock.move_to(waiting.next_attempt_at)
            tried.append(timezone.now() - began)
            tokens.revoke_due()
    pauses = [int((b - a).total_seconds() // 60) for a, b in pairwise(tried)]
    assert pauses[:7] == [1, 3, 9, 27, 81, 243, 729]
    assert set(pauses[7:-1]) == {24 * 60}
    assert tried[-1] == Revocation.KEEP_TRYING  # not a minute longer
    assert len(op.asked(REVOKE)) == len(tried) == 15
    assert [
        event for event, _ in told(Happened.REVOCATION_WAITING, Happened.REVOCATION_GIVEN_UP)
    ] == [
        *(Happened.REVOCATION_WAITING, Happened.REVOCATION_GIVEN_UP),
    ]


def test_the_last_try_may_still_succeed(op, revocation):
    with time_machine.travel(revocation.ends_at + timedelta(days=30), tick=True):
        assert tokens.revoke_due()[Outcome.REVOKED] == 1


def test_a_key_that_is_gone_may_be_put_back(op, revocation, settings):
    keys, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [Fernet.generate_key().decode()]
    assert tokens.revoke(revocation) == Outcome.WAITING
    assert op.seen == []
    ((event, why),) = told(*WHILE_WAITING)
    assert (event, why) == (Happened.REVOCATION_WAITING, Revocation.objects.get().last_error)
    assert why == Problem.TOKEN_UNREADABLE
    settings.TOKEN_KEYS = keys
    assert tokens.revoke(Revocation.objects.get()) == Outcome.REVOKED
    assert op.refresh_tokens == []


def test_a_key_that_stays_away_ends_it_after_a_week(op, revocation, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with time_machine.travel(revocation.ends_at, tick=True):
        assert tokens.revoke(revocation) == Outcome.GIVEN_UP
    assert op.seen == []
    assert not Revocation.objects.exists()
    assert [event for event, _ in told(*WHILE_WAITING)] == [Happened.REVOCATION_GIVEN_UP]


def test_an_older_key_still_opens_it(op, revocation, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *settings.TOKEN_KEYS]
    assert tokens.revoke(revocation) == Outcome.REVOKED


def test_a_value_of_another_row_is_worth_nothing_here(op, revocation):
    other = Revocation.objects.create(
        account_hash="0" * 64, encrypted_refresh_token=revocation.encrypted_refresh_token
    )
    assert tokens.revoke(other) == Outcome.WAITING
    assert op.seen == []


# Other processes at the same time


def test_nothing_is_due_before_its_time(op, revocation):
    op.replies[REVOKE] = replies.says({}, 503)
    tokens.revoke_due()
    op.replies.clear()
    assert tokens.revoke_due() == dict.fromkeys(Outcome, 0)
    assert len(op.asked(REVOKE)) == 1


def test_whoever_has_an_older_view_of_it_sends_nothing(op, revocation):
    op.replies[REVOKE] = replies.says({}, 503)
    tokens.revoke(Revocation.objects.get())
    assert tokens.revoke(revocation) == Outcome.WAITING
    op.replies.clear()
    tokens.revoke(Revocation.objects.get())
    assert tokens.revoke(revocation) == Outcome.GONE
    assert len(op.asked(REVOKE)) == 2


@pytest.mark.django_db(transaction=True)
def test_of_several_who_try_at_the_same_time_one_asks(op, revocation):
    barrier = Barrier(6)

    def revoke() -> Outcome:
        mine = Revocation.objects.get()
        barrier.wait(10)
        try:
            return tokens.revoke(mine)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = {each.result() for each in [pool.submit(revoke) for _ in range(6)]}
    assert len(op.asked(REVOKE)) == 1
    assert Outcome.REVOKED in outcomes
    assert Outcome.GIVEN_UP not in outcomes
    assert [event for event, _ in told(Happened.REVOKED)] == [Happened.REVOKED]


def test_a_person_who_waits_does_not_wait_for_all_of_them(op, revocation):
    Revocation.objects.create(account_hash="0" * 64, encrypted_refresh_token="gAAAA")
    assert tokens.revoke_due(seconds=0) == {**dict.fromkeys(Outcome, 0), Outcome.WAITING: 2}
    assert op.seen == []
    assert Revocation.objects.count() == 2


def test_one_that_fails_is_not_in_the_way_of_the_next(op, revocation):
    Revocation.objects.create(account_hash="0" * 64, encrypted_refresh_token="gAAAA")
    assert tokens.revoke_due() == {
        **dict.fromkeys(Outcome, 1),
        Outcome.GIVEN_UP: 0,
        Outcome.GONE: 0,
    }


# What changes meanwhile


def test_the_person_may_be_deleted_meanwhile(op, revocation):
    User.objects.all().delete()  # as seen by whoever loaded the row before
    assert revocation.user_id is not None
    assert tokens.revoke(revocation) == Outcome.REVOKED
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.user, entry.account_name) == (Happened.REVOKED, None, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize("seconds", [0, 0.3], ids=["at once", "slowly"])
def test_even_while_asana_is_asked(op, revocation, status, seconds):
    """The user may also be deleted while we record the response."""
    deleted = Event()

    def delete_the_person():
        with transaction.atomic():
            User.objects.all().delete()
            deleted.set()
            time.sleep(seconds)
        connection.close()

    def answers_meanwhile(handler):
        person = threading.Thread(target=delete_the_person)
        person.start()
        assert deleted.wait(30)
        if not seconds:
            person.join()
        handler.respond(b"{}", status)
        person.join()

    op.replies[REVOKE] = answers_meanwhile
    outcome = tokens.revoke(revocation)
    assert outcome == (Outcome.REVOKED if status == 200 else Outcome.WAITING)
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.account_name, entry.account_gid) == (None, "", "")


def test_the_account_may_be_connected_again_meanwhile(op, revocation):
    """The old grant is then not revoked, because that could revoke the new one."""
    old = op.refresh_tokens[0]
    op.replies[REVOKE] = replies.says({}, 503)
    tokens.revoke(revocation)
    op.replies.clear()
    account = sign_in(op).is_signed_in()
    assert tokens.revoke(revocation) == Outcome.GONE  # which says nothing of the grant
    assert not Revocation.objects.exists()
    assert op.revoked == [old]
    assert AsanaAccount.objects.get() == account
    assert tokens.grant_works(account)


# Tokens of somebody who is not let in


def test_what_is_not_wanted_is_revoked_in_one_try_and_not_kept(op):
    tokens.discard({"refresh_token": "refresh-x"})
    assert op.revoked == ["refresh-x"]
    op.replies[REVOKE] = replies.says({}, 503)
    tokens.discard({"refresh_token": "refresh-y"})
    assert op.revoked == ["refresh-x", "refresh-y"]
    assert not Revocation.objects.exists()


@pytest.mark.parametrize("response", [{}, {"refresh_token": None}, {"refresh_token": 7}])
def test_where_there_is_none_nothing_is_asked(op, response):
    tokens.discard(response)
    assert op.seen == []
