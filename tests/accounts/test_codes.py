"""The update from stored sentences to codes, and back: no row loses what it said."""

import pytest

from accounts import health, messages, tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation
from tests.migrations import empty_database_at, migrate, migrate_to_now

BEFORE = [("accounts", "0006_sync_state_moved")]
BROKEN = "needs_reconnecting"

DETAILS = [  # event, what was stored, code, arguments
    ("signed_in", "With Asana", "with_asana", {}),
    ("signed_in", "With a password", "with_password", {}),
    ("sign_in_refused", "With a password", "with_password", {}),
    ("sign_in_refused", "Deny was pressed at Asana", "denied", {}),
    (
        "sign_in_refused",
        "It was begun in another browser or too long ago, or was finished already",
        "sign_in_ended",
        {},
    ),
    ("sign_in_refused", "Asana didn't answer", "unreachable", {}),
    ("sign_in_refused", "What came back was no answer of Asana's", "bad_request", {}),
    (
        "sign_in_refused",
        "Asana refused the permissions that Onelist asks for",
        "scopes_refused",
        {},
    ),
    ("sign_in_refused", "Asana and this site don't agree about the app", "app_refused", {}),
    ("sign_in_refused", "Asana's answer couldn't be verified", "unverified", {}),
    ("sign_in_refused", "In none of the workspaces whose people may sign in", "not_a_member", {}),
    ("sign_in_refused", "New people can't join", "signups_closed", {}),
    ("sign_in_refused", "Switched off here", "inactive", {}),
    ("sign_in_refused", "The one-time code was used already or too old", "code_rejected", {}),
    (
        "sign_in_refused",
        "The Asana account that came back is none of those connected here",
        "another_person",
        {},
    ),
    ("nothing_changed", "Connecting: Deny was pressed at Asana", "denied", {"wanted": "connect"}),
    (
        "nothing_changed",
        "Reconnecting: Another Asana account came back",
        "another_account",
        {"wanted": "reconnect"},
    ),
    (
        "nothing_changed",
        "Reconnecting: The account was disconnected meanwhile",
        "no_longer_linked",
        {"wanted": "reconnect"},
    ),
    (
        "nothing_changed",
        "Asking to change tasks: Asana didn't answer",
        "unreachable",
        {"wanted": "widen"},
    ),
    (
        "nothing_changed",
        "Asking for less: Asana gave the permission to change tasks again",
        "still_wide",
        {"wanted": "narrow"},
    ),
    (
        "nothing_changed",
        "Connecting: The Asana account that came back is connected to somebody else",
        "in_use",
        {"wanted": "connect"},
    ),
    ("session_ended", "everywhere", "everywhere", {}),
    ("session_ended", "nowhere: there was no session", "nowhere", {}),
    ("session_ended", "The only other one", "other_sessions", {"count": 1}),
    ("session_ended", "All the others", "other_sessions", {}),
    ("session_ended", "Firefox on Linux", "browser", {"browser": "Firefox", "system": "Linux"}),
    ("session_ended", "curl", "browser", {"browser": "curl", "system": ""}),
    ("session_ended", "an unknown browser", "browser", {"browser": "", "system": ""}),
    ("refresh_refused", "invalid_grant", "refresh_refused", {"error": "invalid_grant"}),
    ("refresh_refused", "an error of its own", "refresh_refused", {"error": "own_error"}),
    (BROKEN, "Asana no longer lets us in", "access_ended", {}),
    (BROKEN, "Its stored token cannot be read any more", "token_unreadable", {}),
    ("reconnected", "Its key is back", "key_is_back", {}),
    ("revocation_waiting", "Asana answers with an error (503)", "http_error", {"status": 503}),
    ("revocation_waiting", "Asana isn't answering", "no_response", {}),
    (
        "revocation_given_up",
        "Of an earlier sign-in: its stored token cannot be read any more",
        "earlier_token_unreadable",
        {},
    ),
    ("revocation_given_up", "It has been connected again", "connected_again", {}),
    ("seen", "their history", "history", {}),
    ("seen", "their history, as CSV", "history_as_csv", {}),
    ("changed", "added", "added", {}),
    ("changed", "token refreshed", "token_refreshed", {}),
    ("changed", "marked as needing reconnection", "marked", {}),
    (
        "changed",
        "revocation 0a1b2c3d tried again",
        "revocation_tried",
        {"reference": "0a1b2c3d"},
    ),
    (
        "changed",
        "tasks fetched: 12, from 3 workspaces",
        "tasks_synced",
        {"tasks": 12, "workspaces": 3},
    ),
    (
        "changed",
        "tasks fetched: 1, from 1 workspace",
        "tasks_synced",
        {"tasks": 1, "workspaces": 1},
    ),
    ("changed", "Name, Time zone", "fields_changed", {"fields": ["name", "time_zone"]}),
    (
        "changed",
        "When an Asana account needs reconnecting, and when it works again, Active",
        "fields_changed",
        {"fields": ["mail_about_trouble", "is_active"]},
    ),
    ("log_exported", "1 entry, as CSV", "entries_exported", {"count": 1}),
    ("log_exported", "2345 entries, as CSV", "entries_exported", {"count": 2345}),
    (
        "keys_rotated",
        "3 encrypted anew, 1 usable again, 2 busy",
        "rotated",
        {"counts": {"done": 3, "usable_again": 1, "busy": 2}},
    ),
    ("cleaned_up", "Begun", "begun", {}),
    ("cleaned_up", "nothing", "deleted", {"counts": {}}),
    (
        "cleaned_up",
        "3 expired sessions, 1 audit entry",
        "deleted",
        {"counts": {"expired_sessions": 3, "audit_entries": 1}},
    ),
    ("connected", "", "", {}),
]
FIT_NO_CODE = [
    ("sign_in_refused", "You didn't allow access"),  # a title, as was stored once
    ("nothing_changed", "Connecting: something else"),
    ("refresh_refused", "100% <b>strange</b>"),
    ("changed", "Name, Shoe size"),
    ("changed", "invalid_grant"),
    ("cleaned_up", "3 expired sessions, 1 biscuit"),
    ("keys_rotated", "many"),
    ("log_exported", "the audit log as CSV, 12 entries"),
]
ERRORS = [
    ("Asana no longer lets us in", "access_ended", {}),
    ("Its stored token cannot be read any more", "token_unreadable", {}),
    ("Onelist holds no access that lasts", "nothing_lasting", {}),
    ("An administrator asks you to reconnect it", "asked_by_administrator", {}),
    (
        "Asana ended this access together with the wider one you gave up",
        "ended_together",
        {},
    ),
    ("Something of our own, %s", "legacy", {"text": "Something of our own, %s"}),
]


@pytest.fixture
def old(transactional_db):
    """Yield the models of before the migration."""
    with empty_database_at(BEFORE) as models:
        yield models


def old_account(old, number: int, text: str, status: str = BROKEN):
    person = old.get_model("accounts", "User").objects.create(username=f"person{number}")
    return old.get_model("accounts", "AsanaAccount").objects.create(
        user=person, gid=str(number), status=status, last_error=text
    )


def old_entries(old, entries):
    entry = old.get_model("accounts", "AuditEntry")
    entry.objects.bulk_create(entry(event=event, by="site", detail=text) for event, text in entries)


def reworded(text: str) -> str:
    """Return a sentence of before with the words that have changed since."""
    for old, new in {
        "fetched": "synced",
        "no answer of": "no response of",
        "Asana's answer": "Asana's response",
    }.items():
        text = text.replace(old, new)
    return text


def test_what_was_stored_becomes_codes_is_shown_as_it_was_and_becomes_sentences_again(old):
    before = [*((event, text) for event, text, _, _ in DETAILS), *FIT_NO_CODE]
    old_entries(old, before)
    migrate_to_now()
    entries = list(AuditEntry.objects.order_by("pk"))
    expected = [(code, args) for _, _, code, args in DETAILS]
    expected += [("legacy", {"text": text}) for _, text in FIT_NO_CODE]
    assert [(entry.detail, entry.detail_args) for entry in entries] == expected
    known = {code for code, _ in AuditEntry._meta.get_field("detail").choices}
    assert {code for _, _, code, _ in DETAILS} - {""} <= known
    shown = [*(reworded(text) for _, text, _, _ in DETAILS), *(text for _, text in FIT_NO_CODE)]
    assert [messages.detail_message(entry) for entry in entries] == shown
    new = [
        ("revocation_waiting", "tls_error", {}),
        ("nothing_changed", "too_many", {"wanted": "connect"}),
        ("session_ended", "other_sessions", {"count": 7}),
    ]
    for event, code, args in new:
        AuditEntry.objects.create(event=event, by="site", detail=code, detail_args=args)
    apps = migrate(BEFORE)
    entries = apps.get_model("accounts", "AuditEntry").objects.order_by("pk")
    assert list(entries.values_list("event", "detail")) == [
        *before,
        ("revocation_waiting", "Asana isn't answering"),  # codes of after have a sentence, too
        ("nothing_changed", "Connecting: Too many sign-ins from one address"),
        ("session_ended", "All the others"),
    ]


def test_errors_of_accounts_and_revocations_become_codes_and_sentences_again(old):
    for number, (text, _, _) in enumerate(ERRORS):
        old_account(old, number, text)
        old.get_model("accounts", "Revocation").objects.create(
            reference=str(number), encrypted_refresh_token="x", last_error=text
        )
    migrate_to_now()
    for model in (AsanaAccount, Revocation):
        kept = model.objects.order_by("pk").values_list("last_error", "last_error_args")
        assert list(kept) == [(code, args) for _, code, args in ERRORS]
    for row in [*AsanaAccount.objects.all(), *Revocation.objects.all()]:
        assert messages.error_message(row) in [text for text, _, _ in ERRORS]
    apps = migrate(BEFORE)
    for name in ("AsanaAccount", "Revocation"):
        rows = apps.get_model("accounts", name).objects.order_by("pk")
        assert list(rows.values_list("last_error", flat=True)) == [text for text, _, _ in ERRORS]


def test_what_others_read_means_what_it_meant(old):
    """Errors of a connected account's syncs are kept in the sync state instead.

    A rotation of keys found what was given up before by comparing the sentence.
    """
    old_account(old, 1, "Its stored token cannot be read any more")
    old_account(old, 2, "Asana no longer lets us in")
    old_account(old, 3, "Asana answers with an error (503)", status="connected")
    old_entries(old, [("cleaned_up", "Begun")])
    migrate_to_now()
    account = AsanaAccount.objects.get(gid="3")
    assert (account.last_error, account.last_error_args) == ("", {})
    assert tokens.rows_to_rotate() == 1
    assert health.last_clean_up() is None


def test_more_rows_than_are_changed_at_once_are_all_changed(old):
    old_entries(old, [("cleaned_up", f"{number} audit entries") for number in range(2, 1203)])
    migrate_to_now()
    entries = AuditEntry.objects.filter(detail="deleted").order_by("pk")
    counts = [entry.detail_args["counts"]["audit_entries"] for entry in entries]
    assert counts == list(range(2, 1203))


def test_every_code_that_may_be_stored_has_words():
    """With arguments, where it has any."""
    args = {"status": 503, "text": "so", "browser": "Firefox", "system": "", "error": "x"}
    args |= {
        "fields": ["name"],
        "group": "Readers",
        "reference": "abc",
        "tasks": 1,
        "workspaces": 2,
        "count": 3,
    }
    counts = {"rotated": {"done": 1}, "deleted": {"audit_entries": 2}}
    for code, _ in AuditEntry._meta.get_field("detail").choices:
        words = messages.word(code, args | {"counts": counts.get(code)})
        assert words, code
        assert words != code or code in {"everywhere", "added"}
