import logging
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts import locks, messages
from accounts.admin import actions
from accounts.admin.people import UserAdmin
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from tests.accounts.administration import (
    ACCOUNTS,
    PEOPLE,
    REVOKE,
    ask,
    confirm,
    events,
    told,
    user_of,
)
from tests.people import sign_in
from tests.stand_in import SAM

LOOKERS = ["account_manager", "administrator"]


@pytest.fixture
def change(owner) -> str:
    return f"{PEOPLE}{owner.user.pk}/change/"


def filled_in(client, path: str, **changes: object) -> dict[str, object]:
    """Return the data that a browser would post from the form, with `changes` made."""
    response = client.get(path)
    form = response.context["adminform"].form
    data = {name: value for name, value in form.initial.items() if isinstance(value, str | int)}
    for inline in response.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        data |= {f"{management.prefix}-{name}": n for name, n in management.initial.items()}
    return {name: value for name, value in (data | changes).items() if value is not False}


# A person's page


@pytest.mark.parametrize("who", LOOKERS)
def test_it_lists_their_accounts_with_a_link_to_each(request, who, owner, asana, change):
    sign_in_as_well(owner, asana)
    AsanaAccount.objects.update(label="My secret job")
    page = request.getfixturevalue(who).get(change).content.decode()
    for account in owner.user.asana_accounts.all():
        assert account.gid in page
        assert f"/admin/accounts/asanaaccount/{account.pk}/change/" in page
    assert "My secret job" not in page


def sign_in_as_well(owner, asana) -> None:
    """Add a second account to the owner's user."""
    sign_in(owner.client, asana, SAM, path="/accounts/connect/")


def test_an_administrator_can_switch_somebody_off(administrator, owner, change):
    """This ends their sessions at once."""
    data = filled_in(administrator, change, is_active=False)
    assert administrator.post(change, data).status_code == 302
    assert not User.objects.get(pk=owner.user.pk).is_active
    assert owner.get("/accounts/")["Location"].startswith("/login/")


def test_a_change_is_written_into_their_history_with_what_was_changed(administrator, owner, change):
    data = filled_in(administrator, change, name="Ada O.", time_zone="Europe/Berlin")
    assert administrator.post(change, data).status_code == 302
    entry = owner.user.history.get(event="changed")
    assert (entry.detail, entry.by) == ("fields_changed", "administrator")
    assert entry.detail_args == {"fields": ["name", "time_zone"]}
    assert messages.detail_message(entry) == "Name, Time zone"
    assert entry.actor == user_of(administrator)


def test_an_administrator_can_add_somebody_with_a_password(administrator):
    data = {"username": "carol", "usable_password": "true"}
    data |= {"password1": "correct horse 7", "password2": "correct horse 7"}
    response = administrator.post(f"{PEOPLE}add/", data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    carol = User.objects.get(username="carol")
    assert carol.history.get().detail == "added"


def test_a_managers_page_holds_nothing_to_change(account_manager, owner, change):
    page = account_manager.get(change).content.decode()
    for hidden in ("Time zone", "Mail", "Superuser status", "md5$", "algorithm", "_save"):
        assert hidden not in page
    before = User.objects.values().get(pk=owner.user.pk)
    for data in ({"username": "eve"}, {"is_superuser": "on"}, {"is_active": ""}):
        assert account_manager.post(change, data).status_code == 403
    assert User.objects.values().get(pk=owner.user.pk) == before


@pytest.mark.parametrize("who", LOOKERS)
def test_looking_is_written_into_their_history(request, who, owner, change):
    client = request.getfixturevalue(who)
    client.get(change)
    client.get(change)
    entry = owner.user.history.get(event="seen")
    assert (entry.actor, entry.by, entry.account_gid) == (user_of(client), "administrator", "")


def test_who_looks_at_themself_is_not_seen_by_an_administrator(administrator):
    administrator.get(f"{PEOPLE}{user_of(administrator).pk}/change/")
    assert "seen" not in events()


@pytest.mark.parametrize("box", ["is_active", "is_staff", "is_superuser"])
def test_the_only_administrator_does_not_lock_everybody_out(administrator, owner, box):
    """They can neither deactivate themself nor give up staff or superuser status."""
    root = user_of(administrator)
    path = f"{PEOPLE}{root.pk}/change/"
    response = administrator.post(path, filled_in(administrator, path, name="R.", **{box: False}))
    assert response.status_code == 200
    assert "Without them nobody could look after the site any more" in response.content.decode()
    root.refresh_from_db()
    assert (root.is_active, root.is_staff, root.is_superuser, root.name) == (True, True, True, "")
    assert "changed" not in events()

    assert administrator.post(path, filled_in(administrator, path, name="R.")).status_code == 302
    User.objects.create_superuser("asleep", is_active=False)
    other = User.objects.create_superuser("outside")
    User.objects.filter(pk=other.pk).update(is_staff=False)
    data = filled_in(administrator, path, **{box: False})
    assert administrator.post(path, data).status_code == 200
    User.objects.update(is_active=True)
    assert administrator.post(path, data).status_code == 302
    assert not getattr(User.objects.get(pk=root.pk), box)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_do_not_switch_off_each_other(administrator, monkeypatch):
    """If both try it at the same time, one of them stays active."""
    root, other = user_of(administrator), User.objects.create_superuser("other")
    others = administrator.__class__()
    others.force_login(other)
    barrier, hold = threading.Barrier(2), locks.lock_administrators

    def both_hold():
        with suppress(threading.BrokenBarrierError):  # SQLite lets in only one
            barrier.wait(timeout=2)
        hold()

    def post(client, path, data):
        client.post(path, data)
        connection.close()

    for module in ("admin.people", "user_deletion"):
        monkeypatch.setattr(f"accounts.{module}.lock_administrators", both_hold)
    threads = []
    for client, person in ((administrator, other), (others, root)):
        path = f"{PEOPLE}{person.pk}/change/"
        about = client, path, filled_in(client, path, is_active=False)
        threads.append(threading.Thread(target=post, args=about))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


# Passwords


@pytest.mark.parametrize("who", LOOKERS)
def test_nobody_sets_the_password_of_somebody_who_signs_in_with_asana(request, who, owner):
    """Whoever sets the password could sign in as that user and read their tasks."""
    client = request.getfixturevalue(who)
    path = f"{PEOPLE}{owner.user.pk}/password/"
    assert "/password/" not in client.get(f"{PEOPLE}{owner.user.pk}/change/").content.decode()
    assert client.get(path).status_code == 403
    data = {"usable_password": "true", "password1": "correct 7 ho", "password2": "correct 7 ho"}
    assert client.post(path, data).status_code == 403
    assert not User.objects.get(pk=owner.user.pk).has_usable_password()


@pytest.mark.parametrize("way", ["administrator", "person", "shell"])
def test_nor_of_somebody_whose_last_account_is_gone(administrator, asana, owner, way):
    """They may connect it again, and whoever knows a password would read its tasks then."""
    if way == "administrator":
        confirm(administrator, ACCOUNTS, "disconnect", owner.account.pk)
    elif way == "person":
        sign_in_as_well(owner, asana)
        owner.post(f"/accounts/{owner.account.pk}/disconnect/")
        owner.user.asana_accounts.update(status="needs_reconnecting")
        owner.user.asana_accounts.get().delete()
    else:
        owner.user.asana_accounts.all().delete()
    assert not owner.user.asana_accounts.exists()
    path = f"{PEOPLE}{owner.user.pk}/password/"
    assert (
        "/password/" not in administrator.get(path.replace("password", "change")).content.decode()
    )
    data = {"usable_password": "true", "password1": "correct 7 ho", "password2": "correct 7 ho"}
    assert administrator.get(path).status_code == 403
    assert administrator.post(path, data).status_code == 403
    assert not User.objects.get(pk=owner.user.pk).has_usable_password()


def test_a_form_that_was_opened_before_does_not_forget_that_they_used_asana(administrator):
    person = User.objects.create_user("plain")
    AsanaAccount.objects.create(user=User.objects.get(pk=person.pk), gid="7")
    person.name = "Plain"
    changed = SimpleNamespace(changed_data=["name"])
    UserAdmin(User, site).save_model(RequestFactory().post("/"), person, changed, change=True)
    person.refresh_from_db()
    assert (person.name, person.has_used_asana) == ("Plain", True)


def test_ones_own_is_changed_only_by_who_knows_it(administrator, owner):
    """A stolen session must not become lasting access."""
    root = user_of(administrator)
    data = {"usable_password": "true", "password1": "correct 7 ho", "password2": "correct 7 ho"}
    response = administrator.post(f"{PEOPLE}{root.pk}/password/", data)
    assert response["Location"] == "/admin/password_change/"
    assert User.objects.get(pk=root.pk).check_password("root")
    User.objects.filter(pk=owner.user.pk).update(is_staff=True, is_superuser=True)
    assert owner.post(f"{PEOPLE}{owner.user.pk}/password/", data).status_code == 403
    assert not User.objects.get(pk=owner.user.pk).has_usable_password()


def test_a_superuser_sets_that_of_another_administrator(administrator, account_manager):
    path = f"{PEOPLE}{user_of(account_manager).pk}/password/"
    data = {"usable_password": "true", "password1": "correct 7 ho", "password2": "correct 7 ho"}
    assert account_manager.post(path, data).status_code == 403
    assert administrator.post(path, data).status_code == 302
    manager = user_of(account_manager)
    assert manager.check_password("correct 7 ho")
    assert messages.detail_message(manager.history.get(event="changed")) == "Password"


def test_whoever_came_from_asana_has_no_password_to_guess(owner, nobody):
    owner.user.is_staff = True
    owner.user.save()
    assert not owner.user.has_usable_password()
    for password in ("", "ada", "!"):
        data = {"username": "ada", "password": password}
        assert nobody.post("/admin/login/", data).status_code == 200
        assert "_auth_user_id" not in nobody.session


# Deleting


@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
@pytest.mark.parametrize("action", ["delete", "end-sessions"])
def test_actions_are_the_administrators(request, owner, other_user, who, action):
    client = request.getfixturevalue(who)
    for response in (
        ask(client, PEOPLE, action, owner.user.pk),
        confirm(client, PEOPLE, action, owner.user.pk),
    ):
        assert response["Location"].startswith("/admin/login/?next=")
    assert owner.get("/accounts/").status_code == 200


@pytest.mark.parametrize("who", LOOKERS)
def test_one_is_deleted_with_everything_and_revoked(request, asana, owner, other_user, who):
    sign_in_as_well(owner, asana)
    client = request.getfixturevalue(who)
    page = client.get(f"{PEOPLE}{owner.user.pk}/delete/").content.decode()
    assert "Ada Okafor" in page
    assert "Sam Reyes" in page
    assert asana.requests(REVOKE) == []
    assert User.objects.filter(pk=owner.user.pk).exists()
    (words,) = told(confirm(client, PEOPLE, "delete", owner.user.pk)).values()
    assert words == "Deleted; access to 2 accounts revoked at Asana"
    assert len(asana.requests(REVOKE)) == 2
    assert not User.objects.filter(pk=owner.user.pk).exists()
    assert AsanaAccount.objects.get() == other_user.account
    assert owner.get("/accounts/")["Location"].startswith("/login/")
    entry = AuditEntry.objects.get(event="user_deleted")
    assert (entry.user, entry.by, entry.actor) == (None, "administrator", user_of(client))


def test_to_delete_looks_dangerous(account_manager, owner):
    for action in ("delete", "end-sessions"):
        page = ask(account_manager, PEOPLE, action, owner.user.pk).content.decode()
        assert ('class="dangerous"' in page) == (action == "delete")


def test_to_confirm_asks_no_more_for_more(administrator, owner, django_assert_num_queries):
    ask(administrator, PEOPLE, "delete", owner.user.pk)
    with CaptureQueriesContext(connection) as few:
        ask(administrator, PEOPLE, "delete", owner.user.pk)
    queries = len(few)
    for number in range(30):
        user = User.objects.create_user(f"user{number}")
        AsanaAccount.objects.create(user=user, gid=str(number), name=f"Number {number}")
    rows = list(User.objects.values_list("pk", flat=True))
    ask(administrator, PEOPLE, "delete", *rows)  # which is recorded, once an hour
    with django_assert_num_queries(queries):
        response = ask(administrator, PEOPLE, "delete", *rows)
    assert "Number 29 (29)" in response.content.decode()


def test_several_are_deleted_with_a_word_about_each(account_manager, asana, owner, other_user):
    asana.order("server_error", path=REVOKE)
    both = (owner.user.pk, other_user.user.pk)
    response = ask(account_manager, PEOPLE, "delete", *both)
    assert response.status_code == 200
    assert User.objects.filter(pk__in=both).count() == 2
    report = told(confirm(account_manager, PEOPLE, "delete", *both))
    words = "Deleted; access to 1 account not revoked yet: Asana isn't answering"
    assert [each.startswith(words) for each in report.values()] == [True] * 2
    assert not User.objects.filter(pk__in=both).exists()
    assert Revocation.objects.filter(user=None, account_name="").count() == 2


@pytest.mark.parametrize("who", LOOKERS)
def test_no_name_of_theirs_is_left_anywhere(request, asana, owner, who):
    client = request.getfixturevalue(who)
    client.get(f"{PEOPLE}{owner.user.pk}/change/")
    username = owner.user.username
    asana.order("server_error", path=REVOKE)
    confirm(client, PEOPLE, "delete", owner.user.pk)
    kept = [*AuditEntry.objects.values(), *Revocation.objects.values(), *LogEntry.objects.values()]
    for word in ("Okafor", "ada@example.com", owner.account.gid, f"'{username}'"):
        assert word not in str(kept)


def test_djangos_own_log_stays_empty(administrator, owner, change):
    administrator.post(change, filled_in(administrator, change, name="Ada O."))
    confirm(administrator, PEOPLE, "delete", owner.user.pk)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("action", ["delete", "end-sessions"])
@pytest.mark.parametrize("rank", ["is_staff", "is_superuser"])
def test_a_manager_does_neither_to_the_staff(account_manager, administrator, owner, action, rank):
    User.objects.filter(pk=owner.user.pk).update(**{rank: True})
    assert account_manager.get(f"{PEOPLE}{owner.user.pk}/delete/").status_code == 403
    (words,) = told(confirm(account_manager, PEOPLE, action, owner.user.pk)).values()
    assert "Only a superuser" in words
    assert owner.get("/accounts/").status_code == 200
    (words,) = told(confirm(administrator, PEOPLE, action, owner.user.pk)).values()
    assert "Only a superuser" not in words


def test_a_manager_ends_their_own_sessions_on_the_site_itself(account_manager):
    me = user_of(account_manager)
    (words,) = told(confirm(account_manager, PEOPLE, "end-sessions", me.pk)).values()
    assert words.endswith("/accounts/")
    assert account_manager.get("/admin/").status_code == 200


@pytest.mark.parametrize("who", LOOKERS)
def test_nobody_deletes_themself_here(request, who):
    client = request.getfixturevalue(who)
    pk = user_of(client).pk
    assert client.get(f"{PEOPLE}{pk}/delete/").status_code == 403
    (words,) = told(confirm(client, PEOPLE, "delete", pk)).values()
    assert words == "You can't delete yourself here; use My data on the site"
    assert User.objects.filter(pk=pk).exists()


def test_the_only_administrator_is_not_deleted(administrator, owner, caplog, monkeypatch):
    """Two delete each other; the other's request succeeds after this one's first check."""
    User.objects.filter(pk=owner.user.pk).update(is_superuser=True, is_staff=True)
    others = User.objects.exclude(pk=owner.user.pk)

    def may_end(request, person):
        return others.update(is_superuser=False) > 0

    monkeypatch.setattr(actions, "may_end", may_end)
    (words,) = told(confirm(administrator, PEOPLE, "delete", owner.user.pk)).values()
    assert "nobody could look after the site" in words
    assert User.objects.filter(pk=owner.user.pk).exists()
    assert [each.getMessage() for each in caplog.records if each.levelno > logging.INFO] == []


def test_deleted_twice_is_deleted_once(administrator, owner):
    pk = owner.user.pk
    confirm(administrator, PEOPLE, "delete", pk)
    assert told(confirm(administrator, PEOPLE, "delete", pk)) == {
        f"Number {pk}": "It is not there any more"
    }
    assert events(event="user_deleted") == ["user_deleted"]


def test_somebody_with_no_account_is_deleted_too(administrator):
    person = User.objects.create_user("plain")
    assert told(confirm(administrator, PEOPLE, "delete", person.pk)) == {
        "plain": "Deleted; there was no token to revoke"
    }


# Ending sessions


def test_all_their_sessions_end(account_manager, asana, owner):
    other = type(owner.client)()
    sign_in(other, asana, owner.account.gid)
    assert other.get("/accounts/").status_code == 200
    assert told(confirm(account_manager, PEOPLE, "end-sessions", owner.user.pk)) == {
        str(owner.user): "2 sessions ended"
    }
    for client in (owner, other):
        assert client.get("/accounts/")["Location"].startswith("/login/")
    assert events(user=owner.user)[-1] == "session_ended"


# What a manager may not


@pytest.mark.parametrize(
    "path",
    [
        f"{PEOPLE}add/",
        "/admin/auth/group/",
        "/admin/auth/group/add/",
        "/admin/auth/group/1/change/",
        "/admin/auth/",
    ],
)
def test_a_manager_adds_nobody_and_gives_no_permissions(account_manager, path):
    assert account_manager.get(path).status_code in {403, 404}
    assert account_manager.post(path, {"username": "eve"}).status_code in {403, 404}
