import json

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.models.deletion import Collector
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from qsessions.models import Session
from social_django.models import UserSocialAuth

from accounts import personal_data
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import Task
from tests.asana_tasks.rows import add_tasks, workspace_of

ASK = "/accounts/me/data/"
# Who points at a person or at something of theirs without it being theirs, and why it isn't.
NOT_THEIRS = {
    "accounts.AuditEntry.actor": "an entry is of whom it is about",
    "accounts.WatchedSignIn.account": "the site's own: what Asana answers, without a value",
}


def theirs() -> dict[type[models.Model], str]:
    return {part.model: part.path for part in personal_data.export_parts()}


def columns(model: type[models.Model]) -> list:
    return list(model._meta.concrete_fields)


def export(person) -> dict:
    response = person.post(ASK)
    assert response.status_code == 200
    return json.loads(b"".join(response.streaming_content))


def in_some_entry(value, entries: list[dict]) -> bool:
    return any(value in entry.values() for entry in entries)


# Nothing is forgotten, whatever somebody adds


def test_every_link_that_leads_to_a_person_is_followed_or_is_said_not_to_be():
    known = theirs()
    for model in apps.get_models(include_auto_created=True):
        for field in columns(model):
            leads_there = field.is_relation and field.related_model in known
            if leads_there and str(field) not in NOT_THEIRS:
                assert model in known, f"{field} leads to a person and is not exported"


def test_what_is_said_not_to_be_theirs_is_there():
    fields = {str(field) for model in apps.get_models() for field in columns(model)}
    assert set(NOT_THEIRS) <= fields


def test_every_field_is_exported_but_what_opens_something():
    left_out = {
        str(field)
        for model in theirs()
        for field in columns(model)
        if field not in personal_data.fields_of(model)
    }
    assert left_out == {
        "accounts.User.password",
        "accounts.AsanaAccount.encrypted_access_token",
        "accounts.AsanaAccount.encrypted_refresh_token",
        "accounts.AsanaAccount.encrypted_earlier_refresh_tokens",
        "accounts.AsanaAccount.nonce_hash",
        "accounts.AsanaAccount.refresh_lease_expires_at",
        "asana_tasks.SyncState.lease",
        "asana_tasks.Pass.offset",
        "asana_tasks.Workspace.fields_offset",
        "asana_tasks.SyncState.lease_expires_at",
        "accounts.Revocation.encrypted_refresh_token",
        "accounts.Revocation.account_hash",
        "qsessions.Session.session_key",
        "qsessions.Session.session_data",
        "social_django.UserSocialAuth.extra_data",
    }


def test_a_field_that_sounds_like_a_secret_is_not_exported():
    """Whoever adds one has to say that it is to be left out, or that it is none."""
    for model in theirs():
        for field in personal_data.fields_of(model):
            words = set(field.name.split("_"))
            assert not words & {"encrypted", "secret", "password", "key", "token"} - harmless(field)


def harmless(field) -> set[str]:
    return {
        "accounts.AsanaAccount.access_token_expires_at": {"token"},
        "social_django.UserSocialAuth.id_key": {"key"},  # of the association, empty
    }.get(str(field), set())


def test_all_that_would_go_with_the_person_is_in_the_file(owner):
    """As Django itself finds it when it deletes somebody."""
    owner.get("/tasks/")
    owner.user.saved_views.create(name="Mine", query="q=x")
    collector = Collector(using="default", origin=owner.user)
    collector.collect([owner.user])
    going = {model: len(rows) for model, rows in collector.data.items()}
    for rows in collector.fast_deletes:
        going[rows.model] = going.get(rows.model, 0) + rows.count()
    titles = {part.model: part.title for part in personal_data.export_parts()}
    file = export(owner)
    for model, count in going.items():
        if model is not AuditEntry:  # the download itself is in it by then
            assert len(file[titles[model]]) == count, model


# What is in the file


def test_it_holds_who_the_person_is_and_what_is_linked(owner):
    file = export(owner)
    (person,) = file["users"]
    assert (person["name"], person["email address"]) == ("Ada Okafor", "ada@example.com")
    (account,) = file["linked accounts"]
    assert account["Asana gid"] == owner.account.gid
    assert account["e-mail"] == "ada@example.com"
    assert "tasks:read" in account["granted scopes"]
    assert account["connected at"].startswith(f"{timezone.now():%Y-%m-}")


def test_it_holds_tasks_sessions_and_history(owner):
    schema = {
        "name": "Water the plants",
        "tags": [{"gid": "1", "name": "garden"}],
        "created_by_name": "Mira Lund",
        "assignee_section_name": "Do today",
    }
    (task,) = add_tasks(workspace_of(owner.account), schema)
    file = export(owner)
    kept = next(each for each in file["tasks"] if each["name"] == "Water the plants")
    assert {kept["created by name"], kept["assignee section name"]} == {"Mira Lund", "Do today"}
    assert [each["name"] for each in file["tags of tasks"]] == ["garden"]
    assert kept["account"] == file["linked accounts"][0]["ID"]
    assert kept["ID"] == task.pk
    (session,) = file["sessions"]
    assert session["IP"] == "127.0.0.1"
    assert {"created at", "updated at", "expire date", "user agent"} <= set(session)
    assert in_some_entry("signed_in", file["audit log"])
    assert in_some_entry("data_downloaded", file["audit log"])


def test_it_holds_a_revocation_that_waits(owner):
    Revocation.objects.create(user=owner.user, account_name="Ada at work")
    (waiting,) = export(owner)["waiting revocations"]
    assert waiting["Asana account"] == "Ada at work"


def test_it_holds_no_token_no_ciphertext_and_no_key_of_a_session(owner):
    Revocation.objects.create(
        user=owner.user, encrypted_refresh_token="k.gAAAAAB", account_hash="h4sh"
    )
    UserSocialAuth.objects.create(
        user=owner.user, provider="x", uid="1", extra_data={"access_token": "in-clear"}
    )
    text = json.dumps(export(owner))
    account = owner.account
    session = Session.objects.get()
    for secret in (
        *(account.encrypted_access_token, account.encrypted_refresh_token, "gAAAA", "h4sh"),
        *(session.pk, session.session_data, "in-clear", owner.user.password),
    ):
        assert secret
        assert secret not in text


def test_it_holds_nothing_of_anybody_else(owner, other_user):
    other_user.get("/tasks/")
    add_tasks(workspace_of(other_user.account, "88"), {"name": "Ben's own"})
    text = json.dumps(export(owner))
    for foreign in ("Ben", other_user.account.gid):
        assert foreign not in text


def test_of_an_administrator_it_holds_the_name_alone(owner, administrator):
    root = User.objects.get(username="root")
    User.objects.filter(pk=root.pk).update(name="Ruth Root", email="ruth@example.com")
    AuditEntry.objects.create(
        user=owner.user,
        event=AuditEntry.Event.SEEN,
        by=AuditEntry.By.ADMINISTRATOR,
        actor=root,
        address="192.0.2.66",
        browser="Netscape",
    )
    text = json.dumps(export(owner))
    assert "Ruth Root" in text
    for private in ("192.0.2.66", "Netscape", "ruth@example.com", '"root"'):
        assert private not in text


def test_an_administrator_gets_their_own(administrator, owner):
    root = User.objects.get(username="root")
    LogEntry.objects.create(
        user=root,
        content_type=ContentType.objects.get_for_model(AsanaAccount),
        object_id="1",
        object_repr="x",
        action_flag=2,
    )
    file = export(administrator)
    assert [each["username"] for each in file["users"]] == ["root"]
    assert file["linked accounts"] == file["tasks"] == []
    assert [each["content type"] for each in file["log entries"]] == ["Accounts | linked account"]


@pytest.mark.parametrize(
    "name", ['"quoted" \\ {} [] </script>', "žluťoučký 漢字 🦆", "a\nb\tc", "\u2028\u202e", ""]
)
def test_any_name_stays_what_it_is(owner, name):
    add_tasks(workspace_of(owner.account), {"gid": "odd", "name": name})
    assert in_some_entry(Task.objects.get(gid="odd").name, export(owner)["tasks"])


# How it comes


def test_it_is_a_file_to_keep(owner):
    response = owner.post(ASK)
    assert response["Content-Type"] == "application/json"
    name = f"onelist-{timezone.now():%Y-%m-%d}.json"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in response["Cache-Control"]


def test_thousands_of_tasks_are_never_in_memory_at_once(owner):
    workspace = workspace_of(owner.account)
    Task.objects.bulk_create(
        Task(
            user=owner.user,
            account=owner.account,
            workspace=workspace,
            gid=f"many{number}",
            name="x" * 200,
            seen_in=1,
        )
        for number in range(3_000)  # more than a chunk of an iterator
    )
    response = owner.post(ASK)
    assert response.streaming
    assert "Content-Encoding" not in response
    with CaptureQueriesContext(connection) as queries:
        pieces = [len(piece) for piece in response.streaming_content]
    assert max(pieces) < 5_000
    assert len(pieces) > 3_000
    assert len(queries) <= len(personal_data.export_parts())


def test_it_is_written_down_once_a_download(owner):
    export(owner)
    entry = AuditEntry.objects.get(event=AuditEntry.Event.DATA_DOWNLOADED)
    assert (entry.user, entry.by) == (owner.user, AuditEntry.By.PERSON)


def test_an_address_alone_downloads_nothing(owner):
    assert owner.get(ASK).status_code == 405


def test_nobody_signs_in_first(nobody, db):
    assert nobody.post(ASK)["Location"] == "/login/"
    assert nobody.get("/accounts/me/")["Location"] == "/login/?next=/accounts/me/"


def test_the_page_offers_both(owner):
    page = owner.get("/accounts/me/").content.decode()
    assert "Download my data" in page
    assert "/accounts/me/delete/" in page
