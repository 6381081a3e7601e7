"""The update that gives a sync's state a table of its own, and back: no row loses what it said."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AsanaAccount
from asana_tasks.error_codes import ErrorCode, Reason
from asana_tasks.models import SyncState, Workspace
from asana_tasks.sync.messages import reason_message
from tests.migrations import empty_database_at, migrate, migrate_to_now

BEFORE = [
    ("accounts", "0005_what_came_to_nothing"),
    ("asana_tasks", "0002_dumps_without_tasks"),
]
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SENTENCES = [  # what was stored, code, arguments
    ("Asana isn't answering", "no_response", {}),
    ("Asana answers with an error (503)", "http_error", {"status": 503}),
    (
        "Asana answers with an error (400): workspace: Not a recognized ID",
        "rejected",
        {"status": 400, "message": "workspace: Not a recognized ID"},
    ),
    ("Asana answers with an error (418)", "rejected", {"status": 418, "message": ""}),
    ("Asana asks to wait 30 seconds", "rate_limited", {"seconds": 30}),
    ("Asana's answer is not JSON", "not_json", {}),
    ("Asana's answer holds no list", "incomplete_list", {}),
    ("Asana's pages never end", "endless_pages", {}),
    ("Asana doesn't let us see this", "forbidden", {}),
    (
        "Somebody else is refreshing this account",
        "no_token",
        {"problem": "being_refreshed", "problem_args": {}},
    ),
    (
        "Something that nobody says any more (7)",
        "legacy",
        {"text": "Something that nobody says any more (7)"},
    ),
]


@pytest.fixture
def old(transactional_db):
    """Yield the models of before the migration."""
    with empty_database_at(BEFORE) as models:
        yield models


def old_account(old, number: int, text: str = "", status: str = "connected"):
    person = old.get_model("accounts", "User").objects.create(username=f"person{number}")
    return old.get_model("accounts", "AsanaAccount").objects.create(
        user=person,
        gid=str(number),
        status=status,
        last_error=text,
        synced_at=AT,
        sync_lease="a lease",
        sync_lease_expires_at=AT + timedelta(seconds=90),
        ask_again_at=AT + timedelta(seconds=30),
    )


def test_states_and_errors_are_carried_over_and_back(old):
    """Errors of syncs become codes, then sentences again; another's remains the account's own."""
    for number, (text, _, _) in enumerate(SENTENCES):
        account = old_account(old, number, text)
        old.get_model("asana_tasks", "Workspace").objects.create(
            account=account, gid="1", last_error=text
        )
    old_account(old, 98)
    old_account(old, 99, "Asana no longer lets us in", "needs_reconnecting")
    migrate_to_now()
    states = SyncState.objects.order_by("pk")
    for state in states:
        assert (state.synced_at, state.lease) == (AT, "a lease")
        assert state.lease_expires_at == AT + timedelta(seconds=90)
        assert state.paused_until == AT + timedelta(seconds=30)
    expected = [Reason(ErrorCode(code), args) for _, code, args in SENTENCES]
    assert [state.reason for state in states] == [*expected, None, None]
    workspaces = Workspace.objects.order_by("account")
    assert [workspace.reason for workspace in workspaces] == expected
    assert all(reason_message(reason) for reason in expected)
    assert AsanaAccount.objects.exclude(last_error="").get().gid == "99"
    assert AsanaAccount.objects.get(gid="99").last_error == "access_ended"
    apps = migrate(BEFORE)
    accounts = apps.get_model("accounts", "AsanaAccount").objects.order_by("pk")
    texts = [text for text, _, _ in SENTENCES]
    last_errors = list(accounts.values_list("last_error", flat=True))
    assert last_errors == [*texts, "", "Asana no longer lets us in"]
    for account in accounts:
        assert (account.synced_at, account.sync_lease) == (AT, "a lease")
        assert account.sync_lease_expires_at == AT + timedelta(seconds=90)
        assert account.ask_again_at == AT + timedelta(seconds=30)
    workspaces = apps.get_model("asana_tasks", "Workspace").objects.order_by("account")
    assert list(workspaces.values_list("last_error", flat=True)) == texts


def test_more_accounts_than_a_batch_are_all_carried_over(old):
    people = old.get_model("accounts", "User").objects.bulk_create(
        old.get_model("accounts", "User")(username=f"person{number}") for number in range(501)
    )
    old.get_model("accounts", "AsanaAccount").objects.bulk_create(
        old.get_model("accounts", "AsanaAccount")(user=person, gid=person.username, synced_at=AT)
        for person in people
    )
    migrate_to_now()
    assert SyncState.objects.filter(synced_at=AT).count() == 501


def test_every_code_that_may_be_stored_has_words():
    args = {
        "status": 500,
        "seconds": 3,
        "message": "no",
        "text": "old",
        "problem": "no_response",
        "problem_args": {},
    }
    for code in ErrorCode:
        assert reason_message(Reason(code, args)).strip(), code
