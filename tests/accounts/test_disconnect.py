import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from accounts import tokens
from accounts.disconnect import LastWayIn, is_last_way_in, remove_account
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.user_deletion import OnlyAdministrator, delete_user
from tests.accounts import replies
from tests.accounts.provider import REVOKE
from tests.accounts.sign_ins import sign_in

Event, By = AuditEntry.Event, AuditEntry.By


@pytest.fixture
def second(account) -> AsanaAccount:
    second = AsanaAccount(user=account.user, gid="1300000000000002", name="Pia at work")
    tokens.store(second, {"access_token": "access-second", "refresh_token": "refresh-second"})
    return second


@pytest.fixture
def root(db) -> User:
    return User.objects.create_superuser("root", password="root")


@pytest.fixture
def asks(rf):
    def asks(user):
        request = rf.post("/", REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="Firefox")
        request.user = user
        return request

    return asks


def entries(event: AuditEntry.Event):
    return list(AuditEntry.objects.filter(event=event))


# Whether it is the last way in


def test_the_only_account_is_the_last_way_in(account):
    assert is_last_way_in(account)


def test_a_second_one_lets_in_as_well(account, second):
    assert not is_last_way_in(account)
    assert not is_last_way_in(second)


def test_one_that_needs_reconnecting_does_not_count(account, second):
    AsanaAccount.objects.filter(pk=second.pk).update(status="needs_reconnecting")
    assert is_last_way_in(account)
    second.refresh_from_db()
    assert not is_last_way_in(second)


@pytest.mark.parametrize(
    ("gid", "is_offered", "lets_in"),
    [("1200", True, True), ("1200", False, False), ("7", True, False), (None, True, False)],
)
def test_where_only_some_may_come_in_one_from_elsewhere_does_not_count(
    account, second, settings, *, gid, is_offered, lets_in
):
    settings.ALLOWED_WORKSPACES = ["1200", "1300"]
    if gid:
        second.workspaces.create(gid=gid, is_offered=is_offered)
    assert is_last_way_in(account) != lets_in


@pytest.mark.parametrize("is_staff", [True, False])
def test_a_password_lets_in_who_is_on_the_staff(account, is_staff):
    """The only password form is the administration's."""
    account.user.set_password("x")
    account.user.is_staff = is_staff
    account.user.save()
    assert is_last_way_in(account) != is_staff


def test_what_others_have_does_not_count(account, root):
    AsanaAccount.objects.create(user=root, gid="7")
    assert is_last_way_in(account)


# Disconnecting


def test_the_last_way_in_is_not_removed_by_accident(op, account, asks):
    with pytest.raises(LastWayIn):
        remove_account(account, asks(account.user))
    assert AsanaAccount.objects.exists()
    assert not Revocation.objects.exists()
    assert not entries(Event.DISCONNECTED)
    assert remove_account(account, asks(account.user), even_the_last=True)
    assert not AsanaAccount.objects.exists()


def test_everything_goes_at_once_but_the_token_until_it_is_revoked(op, account, second, asks):
    fingerprint = tokens.fingerprint(account)
    revocations = remove_account(account, asks(account.user))
    assert list(AsanaAccount.objects.all()) == [second]
    assert op.revoked == []
    (entry,) = entries(Event.DISCONNECTED)
    assert (entry.user, entry.actor, entry.by) == (account.user, account.user, By.PERSON)
    assert (entry.account_gid, entry.account_name) == (account.gid, "Pia Lind")
    assert (entry.address, entry.browser) == ("192.0.2.7", "Firefox")
    assert entry.fingerprint == fingerprint != ""
    assert tokens.revoke_together(revocations) == tokens.Outcome.REVOKED
    assert op.refresh_tokens == []


def test_every_grant_goes_those_of_earlier_sign_ins_too(op, account, second, asks):
    for _ in range(2):
        assert sign_in(op).response.status_code == 302
    given_out = list(op.refresh_tokens)
    assert len(set(given_out)) == 3
    revocations = remove_account(AsanaAccount.objects.get(pk=account.pk), asks(account.user))
    assert {each.account_name for each in revocations} == {
        "Pia Lind",
        "Pia Lind (an earlier sign-in)",
    }
    assert tokens.revoke_together(revocations) == tokens.Outcome.REVOKED
    assert sorted(op.revoked) == sorted(given_out)


def test_several_grants_of_one_account_are_counted_as_one_account(op, account, asks):
    sign_in(op).is_signed_in()
    said = tokens.revoke_by_account(delete_user(account.user, asks(account.user)))
    assert (said[tokens.Outcome.REVOKED], len(op.revoked)) == (1, 2)


def test_of_several_grants_the_least_is_told_that_holds_for_all(op, account, second, asks):
    assert sign_in(op).response.status_code == 302
    AsanaAccount.objects.filter(pk=account.pk).update(encrypted_refresh_token="gAAAA")
    left = remove_account(AsanaAccount.objects.get(pk=account.pk), asks(account.user))
    assert tokens.revoke_together(left) == tokens.Outcome.GIVEN_UP
    assert len(op.revoked) == 1


def test_an_administrator_who_does_it_is_named(op, account, second, asks, root):
    remove_account(account, asks(root))
    (entry,) = entries(Event.DISCONNECTED)
    assert (entry.user, entry.actor, entry.by) == (account.user, root, By.ADMINISTRATOR)


def test_the_newest_token_is_revoked_whatever_the_page_had_read(op, account, second, asks):
    AsanaAccount.objects.filter(pk=account.pk).update(access_token_expires_at=timezone.now())
    tokens.access_token_for(account)
    tokens.revoke_together(remove_account(account, asks(account.user)))
    assert op.revoked[0].startswith("refresh-")
    assert op.refresh_tokens == []


def test_without_a_readable_token_there_is_nothing_to_revoke(op, account, second, asks):
    AsanaAccount.objects.update(encrypted_refresh_token="")
    assert remove_account(account, asks(account.user)) == []
    (entry,) = entries(Event.DISCONNECTED)
    assert entry.fingerprint == ""


@pytest.mark.parametrize("value", ["gAAAA", "plain text"])
def test_a_grant_whose_token_cannot_be_read_is_not_taken_for_ended(
    op, account, second, asks, value
):
    AsanaAccount.objects.update(encrypted_refresh_token=value)
    left = remove_account(account, asks(account.user))
    assert tokens.revoke_together(left) == tokens.Outcome.GIVEN_UP
    assert op.revoked == []
    (entry,) = entries(Event.REVOCATION_GIVEN_UP)
    assert (entry.user, entry.account_name) == (account.user, "Pia Lind")
    assert entry.detail == "token_unreadable"
    assert not Revocation.objects.exists()


def test_nor_is_it_when_the_person_goes(op, account, second, asks):
    AsanaAccount.objects.filter(pk=account.pk).update(encrypted_refresh_token="gAAAA")
    said = tokens.revoke_due(delete_user(account.user, asks(account.user)))
    assert said[tokens.Outcome.GIVEN_UP] == said[tokens.Outcome.REVOKED] == 1
    assert op.revoked == ["refresh-second"]


def test_whoever_comes_second_is_told_that_it_is_gone(op, account, second, asks):
    remove_account(account, asks(account.user))
    with pytest.raises(AsanaAccount.DoesNotExist):
        remove_account(account, asks(account.user))
    assert len(entries(Event.DISCONNECTED)) == Revocation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_the_same_time_leave_one_of_them(op, account, second, asks):
    """Each alone is not the last way in; together they would be."""
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def disconnect(one):
        barrier.wait()
        try:
            remove_account(one, asks(one.user))
            outcomes.append("gone")
        except LastWayIn:
            outcomes.append("kept")
        finally:
            connection.close()

    threads = [threading.Thread(target=disconnect, args=[each]) for each in (account, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "kept"]
    assert AsanaAccount.objects.count() == 1


# Deleting a person


def test_nothing_is_left_of_a_person_but_that_somebody_was_deleted(op, account, second, asks):
    user = account.user
    revocations = delete_user(user, asks(user))
    assert len(revocations) == 2
    assert not User.objects.exists()
    assert not AsanaAccount.objects.exists()
    (entry,) = AuditEntry.objects.all()
    assert (entry.event, entry.by, entry.user, entry.actor) == (
        *(Event.USER_DELETED, By.PERSON, None, None),
    )
    kept = (entry.account_gid, entry.account_name, entry.address, entry.browser, entry.detail)
    assert kept == ("", "", None, "", "")
    assert {(each.user, each.account_name) for each in revocations} == {(None, "")}
    tokens.revoke_due(revocations)
    assert sorted(op.revoked) == sorted({*op.revoked, "refresh-second"})
    assert len(op.revoked) == 2
    assert op.refresh_tokens == []
    for left in AuditEntry.objects.exclude(pk=entry.pk):
        assert (left.event, left.user, left.account_name) == (Event.REVOKED, None, "")


def test_grants_that_were_waiting_already_are_revoked_too(op, account, second, asks):
    op.replies[REVOKE] = replies.says({}, 503)
    user = account.user
    left = remove_account(second, asks(user))
    assert tokens.revoke_together(left) == tokens.Outcome.WAITING
    assert len(delete_user(user, asks(user))) == 2
    op.replies.clear()
    Revocation.objects.update(next_attempt_at=timezone.now())
    assert tokens.revoke_due()[tokens.Outcome.REVOKED] == 2
    assert not AuditEntry.objects.filter(user__isnull=False).exists()


def test_an_administrator_who_deletes_somebody_is_named(op, account, asks, root):
    delete_user(account.user, asks(root))
    (entry,) = entries(Event.USER_DELETED)
    assert (entry.user, entry.actor, entry.by) == (None, root, By.ADMINISTRATOR)
    assert entry.address == "192.0.2.7"


def test_of_an_administrator_who_goes_what_they_did_stays_with_their_name(
    op, account, second, asks, root
):
    remove_account(account, asks(root))
    User.objects.create_superuser("another")
    delete_user(root, asks(root))
    (entry,) = entries(Event.DISCONNECTED)
    assert (entry.user, entry.actor, entry.by) == (account.user, None, By.ADMINISTRATOR)
    assert (entry.actor_name, entry.address) == (root.username, "192.0.2.7")


def test_somebody_without_an_account_can_go_as_well(op, asks):
    eve = User.objects.create_user("eve")
    assert delete_user(eve, asks(eve)) == []
    assert not User.objects.exists()


def test_the_only_administrator_cannot_go(op, root, asks):
    with pytest.raises(OnlyAdministrator):
        delete_user(root, asks(root))
    User.objects.create_superuser("asleep", is_active=False)  # nobody to count on
    User.objects.create(username="outside", is_superuser=True, is_staff=False)  # nor is this one
    with pytest.raises(OnlyAdministrator):
        delete_user(root, asks(root))
    User.objects.create_superuser("awake")
    delete_user(root, asks(root))
    assert not User.objects.filter(pk=root.pk).exists()


def test_a_person_is_deleted_once(op, account, asks):
    user = User.objects.get()
    delete_user(account.user, asks(account.user))
    with pytest.raises(User.DoesNotExist):
        delete_user(user, asks(user))
    assert len(entries(Event.USER_DELETED)) == 1


def test_nobody_who_is_not_signed_in_counts_as_the_person(op, account, second, asks):
    remove_account(account, asks(AnonymousUser()))
    (entry,) = entries(Event.DISCONNECTED)
    assert (entry.by, entry.actor) == (By.SOMEBODY, None)
