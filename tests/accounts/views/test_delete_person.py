import re
import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.signals import post_delete
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from qsessions.models import Session

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import Task, Workspace
from asana_tasks.sync import engine, store
from tests.accounts import everything
from tests.people import sign_in
from tests.stand_in import ADA

PAGE = "/accounts/me/delete/"
YES = {"understood": "yes"}
EMPTY = (None, "", "{}")  # the last: a JSON object


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_it_says_what_goes_and_what_happens_at_asana(signed_in_owner):
    engine.run_sync(signed_in_owner.account)
    tasks = signed_in_owner.user.tasks.count()
    page = words(signed_in_owner.get(PAGE))
    for going in (
        "1 linked Asana account",
        "1 place where you have signed in",
        "2 entries in your history",
        f"{tasks} tasks",
        "3 workspaces",
    ):
        assert f"<li>{going}</li>" in page
    assert "up to 7 days" in page
    assert "Your tasks in Asana stay as they are" in page


def test_it_counts_only_what_people_have_a_word_for_and_what_really_goes(owner_with_tasks):
    owner = owner_with_tasks
    Revocation.objects.create(user=owner.user)
    owner.user.groups.add(Group.objects.create(name="Readers"))
    listed = " ".join(re.findall(r"<li>\d+ .*?</li>", words(owner.get(PAGE)).lower()))
    assert "linked asana account" in listed
    for nobodys_word in ("placement", "revocation", "audit", "relationship", "session"):
        assert nobodys_word not in listed


def test_it_says_that_an_earlier_revocation_goes_on(owner):
    still = "Onelist is still asking Asana to end access that it had before"
    assert still not in words(owner.get(PAGE))
    Revocation.objects.create(user=owner.user)
    assert still in words(owner.get(PAGE))


@pytest.mark.parametrize(("days", "told"), [(90, "for 90 days"), (0, "as long as this site")])
def test_it_says_that_what_an_administrator_did_stays(owner, other_user, settings, days, told):
    settings.AUDIT_DAYS = days
    stays = "What you did here as an administrator stays in the audit log"
    assert stays not in words(owner.get(PAGE))
    User.objects.filter(pk=owner.user.pk).update(is_staff=True, is_superuser=True)
    owner.get(f"/admin/accounts/user/{other_user.user.pk}/change/")
    owner.get("/admin/accounts/auditentry/export/")
    User.objects.create_superuser("another")
    before = owner.user.history.count()
    page = words(owner.get(PAGE))
    assert stays in page
    assert told in page
    assert f"<li>{before - 1} entr" in page
    assert "except for what you did as an administrator" in words(owner.post(PAGE, YES))
    entries = AuditEntry.objects.filter(event__in=["seen", "log_exported"])
    assert {(each.event, each.actor_name) for each in entries} == {
        ("seen", "Ada Okafor · ada"),
        ("log_exported", "Ada Okafor · ada"),
    }


def test_without_the_tick_nothing_happens(owner):
    for form in ({}, {"understood": ""}, {"understood": "no"}):
        assert "Nothing has been deleted" in words(owner.post(PAGE, form))
    assert User.objects.filter(pk=owner.user.pk).exists()
    assert owner.get("/accounts/").status_code == 200


def test_an_address_alone_deletes_nothing(owner):
    owner.get(PAGE + "?understood=yes")
    assert User.objects.filter(pk=owner.user.pk).exists()


def test_only_our_own_form_deletes(owner):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.client.cookies
    assert strict.post(PAGE, YES).status_code == 403
    assert User.objects.filter(pk=owner.user.pk).exists()


def test_everything_goes_and_asana_is_told(owner, other_user, asana):
    response = owner.post(PAGE, YES)
    page = words(response)
    assert response.status_code == 200
    assert "Your account is deleted" in page
    assert "no access to 1 account any more" in page
    assert "Ada" not in page
    assert [each["path"] for each in asana.requests() if "revoke" in each["path"]]
    assert owner.get("/accounts/").status_code == 302
    assert other_user.get("/accounts/").status_code == 200
    assert User.objects.get() == other_user.user
    assert not Revocation.objects.exists()


def test_who_comes_back_is_somebody_new(owner, asana):
    before = owner.user.pk
    owner.post(PAGE, YES)
    assert sign_in(Client(), asana, ADA).status_code == 302
    assert User.objects.get().pk != before
    assert not AuditEntry.objects.filter(user__pk=before).exists()


def test_while_asana_is_down_it_says_what_is_still_to_come(owner, asana):
    tokens_before = owner.account.encrypted_refresh_token
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    page = words(owner.post(PAGE, YES))
    assert "Your account is deleted" in page
    assert "Asana isn't answering yet" in page.replace("&#x27;", "'")
    assert "up to 7 days" in page
    assert "https://app.asana.com/" in page
    waiting = Revocation.objects.get()
    assert (waiting.user, waiting.account_name) == (None, "")
    assert waiting.encrypted_refresh_token != tokens_before
    asana.heal()
    Revocation.objects.update(next_attempt_at=timezone.now())
    assert tokens.revoke_due()[tokens.Outcome.REVOKED] == 1


def test_without_anything_at_asana_it_says_so(owner):
    AsanaAccount.objects.update(encrypted_refresh_token="", encrypted_access_token="")
    assert "held no lasting access any more" in words(owner.post(PAGE, YES))


def test_of_a_token_that_cannot_be_read_it_says_that_too(owner, asana):
    AsanaAccount.objects.update(encrypted_refresh_token="gAAAA")
    page = words(owner.post(PAGE, YES))
    assert "For 1 account Onelist could not read its own token" in page
    assert "held no lasting access" not in page


def test_what_was_waiting_already_is_told_too(owner, asana):
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    AsanaAccount.objects.get().delete()
    tokens.revoke_due()
    assert "access to 1 account has still to be taken back" in words(owner.post(PAGE, YES))
    assert Revocation.objects.get().user is None


def test_the_only_administrator_is_refused(administrator):
    for response in (administrator.get(PAGE), administrator.post(PAGE, YES)):
        assert "the only administrator" in words(response)
        assert 'href="/admin/accounts/user/"' in words(response)
    assert User.objects.filter(username="root").exists()
    User.objects.create_superuser("another")
    assert "Your account is deleted" in words(administrator.post(PAGE, YES))
    assert not User.objects.filter(username="root").exists()


@pytest.mark.parametrize("stranger", ["other_user", "administrator"])
def test_others_delete_but_themselves(owner, stranger, request):
    User.objects.create_superuser("another")
    request.getfixturevalue(stranger).post(PAGE, YES)
    assert User.objects.filter(pk=owner.user.pk).exists()


def test_nobody_signs_in_first_and_is_not_led_back(nobody, db):
    assert nobody.get(PAGE)["Location"] == nobody.post(PAGE, YES)["Location"] == "/login/"


def test_in_two_tabs_the_second_signs_in(owner):
    owner.get(PAGE)
    assert owner.post(PAGE, YES).status_code == 200
    assert owner.post(PAGE, YES)["Location"] == "/login/"


# It keeps nothing but an anonymous entry


def test_no_table_knows_the_person_any_more(owner, other_user, administrator, asana):
    """No column refers to the user any more, and no text holds their name."""
    user, account = owner.user, owner.account
    owner.get("/tasks/")
    user.saved_views.create(name="Ada's view", query="q=x")
    second = AsanaAccount.objects.create(user=user, gid="424242", name="Ada at work")
    Revocation.objects.create(user=user, account_name="Ada at home", account_hash="x")
    LogEntry.objects.create(
        user=User.objects.get(username="root"),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr="Ada Okafor",
        action_flag=2,
    )
    of_administrators = {AuditEntry.Event.CHANGED, AuditEntry.Event.LOG_EXPORTED}
    for event in set(AuditEntry.Event) - of_administrators:
        AuditEntry.objects.create(
            event=event,
            user=user,
            actor=user,
            by=AuditEntry.By.PERSON,
            account_gid=account.gid,
            account_name=account.name,
        )
    administrator.get(f"/admin/accounts/asanaaccount/{account.pk}/change/")
    owner.post(PAGE, YES)

    left = everything.rows()
    text = re.sub(r"[\w+/=-]{40,}", "", str(left))  # in ciphertexts three letters stand by chance
    for trace in ("Ada", "ada@example.com", "Okafor", account.gid, second.gid, "q=x"):
        assert trace not in text, trace
    gone = {"accounts_user": {user.pk}, "accounts_asanaaccount": {account.pk, second.pk}}
    for table, known in gone.items():
        for other, column in links_to(table):
            assert not known & {row[column] for row in left[other]}, (other, column)
    assert user.pk not in {row["id"] for row in left["accounts_user"]}
    entries = [row for row in left["accounts_auditentry"] if row["event"] == "user_deleted"]
    (entry,) = entries
    kept = {name for name, value in entry.items() if value not in EMPTY}
    assert kept == {"id", "at", "event", "by"}
    waiting = left["accounts_revocation"]
    assert {name for row in waiting for name, value in row.items() if value not in EMPTY} <= {
        *("id", "reference", "account_hash", "encrypted_refresh_token"),
        *("requested_at", "attempts", "next_attempt_at", "last_error"),
    }
    assert Session.objects.filter(user=other_user.user).exists()


def links_to(table: str) -> list[tuple[str, str]]:
    """Return the tables and columns whose foreign keys refer to `table`."""
    with connection.cursor() as cursor:
        return [
            (other, column)
            for other in connection.introspection.table_names(cursor)
            for column, (_, to) in connection.introspection.get_relations(cursor, other).items()
            if to == table
        ]


# Twice, and with a sync under way


@pytest.mark.django_db(transaction=True)
def test_with_a_sync_under_way(owner, monkeypatch):
    """The sync stores tasks while their account is deleted; neither of the two fails."""
    keep, at_work, leaving = store.store_pages, threading.Event(), threading.Event()

    def keep_slowly(*args, **kwargs):
        at_work.set()
        leaving.wait(0.2)
        return keep(*args, **kwargs)

    monkeypatch.setattr(store, "store_pages", keep_slowly)
    account = owner.account

    def run() -> None:
        try:
            list(engine.sync_account(account))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert at_work.wait(20)
    response = owner.post(PAGE, YES)
    leaving.set()
    thread.join()
    assert response.status_code == 200
    assert "Your account is deleted" in words(response)
    assert not User.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [1, 3])
def test_a_row_that_comes_while_its_account_goes(owner, times):
    """The database reports it at the end of the transaction, which is then repeated."""
    account = owner.account
    came: list[Workspace] = []

    def store_a_row(**kwargs) -> None:
        if len(came) < times:
            came.append(Workspace(account_id=account.pk, gid=f"late{len(came)}"))
            came[-1].save()

    post_delete.connect(store_a_row, sender=AsanaAccount, weak=False)
    try:
        assert owner.post(PAGE, YES).status_code == 200
    finally:
        post_delete.disconnect(store_a_row, sender=AsanaAccount)
    assert len(came) == times
    assert not User.objects.exists()
    assert not Workspace.objects.exists()
    assert AuditEntry.objects.filter(event=AuditEntry.Event.USER_DELETED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_time(owner):
    clients = [Client(), Client()]
    for client in clients:
        client.cookies["onelist"] = owner.client.cookies["onelist"].value
    gate, responses = threading.Barrier(2), []

    def leave(client: Client) -> None:
        try:
            gate.wait()
            responses.append(client.post(reverse("accounts:delete_person"), YES).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(responses) == 2
    assert set(responses) <= {200, 302}
    assert not User.objects.exists()
    assert AuditEntry.objects.filter(event=AuditEntry.Event.USER_DELETED).count() == 1
