import threading
from datetime import timedelta

import pytest
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import connection, transaction
from django.db.models.signals import pre_save
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.sign_in import failures, pipeline
from accounts.tokens.storage import earlier_refresh_tokens, read_token
from tests.accounts import replies
from tests.accounts.events import told
from tests.accounts.provider import MISSING, USERINFO
from tests.accounts.sign_ins import sign_in
from tests.people import Person, authorize_url, path_of
from tests.stand_in import ADA, BEN, OTHER_SAM, SAM


def person(op, sub: str, email: str | None = None, name: str = "Pia Lind") -> User:
    """Sign in as the provider's user with that sub; return the user that is stored here."""
    op.claims["sub"] = op.userinfo["sub"] = sub
    op.userinfo.update(email=email, name=name)
    response = sign_in(op).response
    assert response.status_code == 302, response.content.decode()
    return AsanaAccount.objects.get(gid=sub).user


def test_two_people_with_one_address_are_two_users(db, asana):
    """A sign-in with the email address of a known user does not sign in as that user."""
    sam, other_sam = (Person.signed_in(asana, gid) for gid in (SAM, OTHER_SAM))
    assert sam.user != other_sam.user
    assert sam.user.email == other_sam.user.email == "sam@example.com"
    assert {sam.user.username, other_sam.user.username} == {"sam", f"sam-{OTHER_SAM}"}


def test_two_of_one_name_at_the_same_moment_are_both_let_in(op):
    """The name was free when it was chosen, and is taken when it is stored."""
    taken: list[str] = []

    def is_faster(sender, instance, **kwargs):
        if not taken:
            taken.append(instance.username)
            User.objects.create(username=instance.username)

    pre_save.connect(is_faster, sender=User)
    try:
        account = sign_in(op).is_signed_in()
    finally:
        pre_save.disconnect(is_faster, sender=User)
    assert taken == ["pia"]
    assert account.user.username.startswith("pia")
    assert tokens.grant_works(account)


def test_a_permission_that_is_lost_as_a_broken_account_is_mended_is_told(op):
    op.token_response["scope"] = "openid tasks:read tasks:write"
    account = sign_in(op).is_signed_in()
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    op.token_response["scope"] = "openid tasks:read"
    sign_in(op).is_signed_in()
    for event in (AuditEntry.Event.PERMISSIONS_GIVEN_UP, AuditEntry.Event.RECONNECTED):
        assert told(event, account.gid) == [(account.user, "person")]


@pytest.mark.parametrize("email", ["root@example.org", "ROOT@EXAMPLE.ORG", "ada@example.com"])
def test_no_address_opens_the_account_of_an_administrator(op, email):
    root = User.objects.create_superuser("root", "root@example.org", "root")
    stranger = person(op, "1", email)
    assert stranger != root
    assert not stranger.is_staff
    assert not stranger.is_superuser
    assert not stranger.has_usable_password()


def test_sub_is_identity(op):
    before = person(op, "1", "pia@example.org")
    after = person(op, "1", "pia@elsewhere.example", "Pia Berg")
    assert after == before
    assert person(op, "2", "pia@example.org") != before


@pytest.mark.parametrize("subs", [("a", "A"), ("1", "01"), ("a", "a ")])
def test_subs_that_only_look_alike_are_two_people(op, subs):
    assert len({person(op, sub).pk for sub in subs}) == 2


def test_a_name_that_nobody_can_see_is_not_stored(op):
    user = person(op, "1", "pia@example.org", "\u200b\u3164")
    assert (user.name, user.get_full_name()) == ("", "pia")
    assert AsanaAccount.objects.get().asana_name == "pia@example.org"


def test_a_new_name_at_asana_is_shown_on_the_account_and_renames_nobody_here(op):
    user = person(op, "1", "pia@example.org", "Pia Lind")
    person(op, "1", "pia@elsewhere.example", "Pia Berg")
    account = AsanaAccount.objects.get()
    assert (account.name, account.email) == ("Pia Berg", "pia@elsewhere.example")
    user.refresh_from_db()
    assert (user.username, user.name, user.email) == ("pia", "Pia Lind", "pia@example.org")


@pytest.mark.parametrize(
    ("email", "username"),
    [
        ("pia@example.org", "pia"),
        ("Pia.Lind+asana@example.org", "Pia.Lind+asana"),
        ("pia lind@example.org", "pialind"),
        ("<pia>@example.org", "pia"),
        ("Žofie@example.org", "Žofie"),
        ("ﬁa@example.org", "fia"),  # a ligature, spelled out (NFKC)
        ("asana@example.org", "asana-1"),
        ("@example.org", "asana-1"),
        ("", "asana-1"),
        (None, "asana-1"),
        ("p" * 300 + "@example.org", "p" * 100),
    ],
)
def test_usernames_can_be_read(op, email, username):
    user = person(op, "1", email)
    assert user.username == username
    UnicodeUsernameValidator()(user.username)


@pytest.mark.parametrize("taken", ["pia", "PIA"])
def test_a_username_that_is_taken_gets_the_gid(op, taken):
    User.objects.create(username=taken)
    assert person(op, "42", "pia@example.org").username == "pia-42"


def test_nobody_can_keep_another_person_out_by_taking_their_username(op):
    User.objects.create(username="pia")
    person(op, "1", "pia-42@example.org")
    newcomer = person(op, "42", "pia@example.org")
    assert newcomer.username.startswith("pia-")
    assert newcomer.username != "pia-42"


def test_long_gids_that_begin_alike_are_two_people(op):
    users = {person(op, "9" * 200 + last, "p" * 200 + "@example.org") for last in "abc"}
    assert len(users) == len({user.username for user in users}) == 3


def test_somebody_who_is_switched_off_stays_out_and_as_they_were(op):
    user = person(op, "1", "pia@example.org")
    User.objects.update(is_active=False)
    before = AsanaAccount.objects.values().get()
    op.userinfo["name"] = "Pia Berg"
    assert sign_in(op).response["Location"].startswith("/login/inactive/")
    assert AsanaAccount.objects.values().get() == before
    user.refresh_from_db()
    assert not user.is_active


def test_a_picture_that_was_removed_is_gone_here_too(db, asana):
    ada = Person.signed_in(asana, ADA)
    assert ada.account.picture_url.startswith("http")
    assert Person.signed_in(asana, BEN).account.picture_url == ""


@pytest.mark.parametrize("granted", ["openid email", None, 7], ids=["a scope", "null", "a number"])
def test_the_scopes_that_were_granted_are_kept(op, granted):
    op.token_response["scope"] = granted
    account = sign_in(op).is_signed_in()
    assert account.scopes == (
        {"openid", "email"}
        if granted == "openid email"
        else {"openid", "email", "profile", "users:read", "workspaces:read", "tasks:read"}
    )


@pytest.mark.parametrize("still_good", [True, False])
def test_a_plain_sign_in_keeps_a_wider_grant_while_it_works(op, still_good):
    op.token_response["scope"] = "openid tasks:read tasks:write"
    sign_in(op).is_signed_in()
    if not still_good:
        op.refresh_tokens.clear()
    op.token_response["scope"] = "openid tasks:read"
    account = sign_in(op).is_signed_in()
    assert ("tasks:write" in account.scopes) == still_good
    assert not account.needs_reconnecting
    assert tokens.access_token_for(account).startswith("access-")


# Grants of earlier sign-ins


def earlier(account: AsanaAccount) -> list[str]:
    return earlier_refresh_tokens(AsanaAccount.objects.get(pk=account.pk))


def test_the_refresh_token_of_an_earlier_sign_in_is_set_aside(op):
    account = sign_in(op).is_signed_in()
    assert earlier(account) == []
    for _ in range(3):
        sign_in(op).is_signed_in()
    *before, in_use = op.refresh_tokens
    assert earlier(account) == before
    assert op.revoked == []  # revoking one could revoke all
    assert in_use not in before


def test_one_that_is_given_out_again_is_not(op):
    op.token_response["refresh_token"] = "refresh-the-same"
    account = sign_in(op).is_signed_in()
    sign_in(op).is_signed_in()
    assert earlier(account) == []


def test_none_is_set_aside_where_a_refresh_replaces_it(op):
    op.rotates = True
    account = sign_in(op).is_signed_in()
    tokens.refresh_now(account)
    assert earlier(account) == []


def test_of_two_grants_the_one_that_is_not_used_is_set_aside(op):
    op.token_response["scope"] = "openid tasks:read tasks:write"
    account = sign_in(op).is_signed_in()
    op.token_response["scope"] = "openid tasks:read"
    sign_in(op).is_signed_in()
    (add_earlier_refresh_token,) = earlier(account)
    account.refresh_from_db()
    account.delete()
    tokens.revoke_due()
    assert op.revoked[1:] == [add_earlier_refresh_token]
    assert account.may_write


def test_there_is_an_end_to_what_is_set_aside(op, monkeypatch):
    monkeypatch.setattr("accounts.tokens.storage.MOST_EARLIER", 2)
    account = sign_in(op).is_signed_in()
    for _ in range(4):
        sign_in(op).is_signed_in()
    assert earlier(account) == op.refresh_tokens[-3:-1]


def test_the_grant_of_a_newcomer_who_gets_nowhere_is_given_back(op):
    op.replies[USERINFO] = replies.says({}, 503)
    sign_in(op).is_refused(failures.UNREACHABLE)
    assert len(op.revoked) == 1
    assert op.refresh_tokens == []


def test_but_not_one_of_which_nobody_knows_whose_it_is(op):
    """It could be the grant that a linked account is using."""
    op.token_response["id_token"] = MISSING
    op.replies[USERINFO] = replies.says({}, 503)
    sign_in(op).is_refused(failures.UNREACHABLE)
    assert op.revoked == []


def test_nor_that_of_an_account_that_is_linked(op):
    sign_in(op).is_signed_in()
    op.replies[USERINFO] = replies.says({}, 503)
    assert sign_in(op).response.status_code == 503
    assert op.revoked == []


def test_a_failure_while_storing_leaves_no_half_of_a_person(op, monkeypatch):
    def fails(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("accounts.tokens.store", fails)
    client = Client(raise_request_exception=False)
    assert sign_in(op, client).response.status_code == 500
    assert not User.objects.exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)
def test_the_same_person_signing_in_twice_at_once_is_one_user(asana):
    links = []
    for _ in range(4):
        client = Client()
        links.append((client, path_of(asana.allow(authorize_url(client), ADA))))
    statuses: list[int] = []

    def finish(client, link):
        statuses.append(client.get(link).status_code)
        connection.close()

    threads = [threading.Thread(target=finish, args=each) for each in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {302, 403}
    assert 302 in statuses
    assert User.objects.count() == AsanaAccount.objects.count() == 1


def test_whoever_comes_second_with_the_same_new_account_is_told_to_start_again(op, monkeypatch):
    """The other sign-in stores the account between our look-up and our insert."""
    look = pipeline.find_account

    def look_too_early(backend, uid, user=None, **kwargs):
        found = look(backend, uid, user, **kwargs)
        AsanaAccount.objects.create(gid=uid, user=User.objects.create(username="first"))
        return found

    monkeypatch.setattr("accounts.sign_in.pipeline.find_account", look_too_early)
    client = Client()
    response = sign_in(op, client).response
    assert response.status_code == 403
    assert User.objects.get().username == "first"
    assert "_auth_user_id" not in client.session


def test_a_sign_in_without_a_refresh_token_does_not_undo_a_refresh_meanwhile(op, monkeypatch):
    """The sign-in reads the account before the refresh and writes it afterwards."""
    sign_in(op).is_signed_in()
    look = pipeline.find_account

    def look_before_a_refresh(backend, uid, user=None, **kwargs):
        found = look(backend, uid, user, **kwargs)
        AsanaAccount.objects.update(access_token_expires_at=timezone.now() - timedelta(1))
        op.token_response.clear()
        tokens.access_token_for(AsanaAccount.objects.get())
        return found

    monkeypatch.setattr("accounts.sign_in.pipeline.find_account", look_before_a_refresh)
    op.token_response["refresh_token"] = None
    sign_in(op).is_signed_in()
    account = AsanaAccount.objects.get()
    assert read_token(account, "refresh_token") == op.refresh_tokens[-1]


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_stored_while_a_sign_in_waits_is_set_aside_too(op):
    account = sign_in(op).is_signed_in()

    def signs_in() -> None:
        sign_in(op).is_signed_in()
        connection.close()

    again = threading.Thread(target=signs_in)
    with transaction.atomic():
        row = AsanaAccount.objects.select_for_update().get(pk=account.pk)
        again.start()
        again.join(1)
        assert again.is_alive()
        tokens.store(row, {"access_token": "access-new", "refresh_token": "refresh-new"})
    again.join()
    assert earlier(account) == ["refresh-new"]


def test_a_wider_grant_that_ends_meanwhile_is_not_kept(op, monkeypatch):
    op.token_response["scope"] = "openid tasks:read tasks:write"
    account = sign_in(op).is_signed_in()
    op.token_response["scope"] = "openid tasks:read"

    def worked_a_moment_ago(account):
        tokens.mark_needs_reconnecting(account, Problem.ACCESS_ENDED)
        return True

    monkeypatch.setattr(tokens, "grant_works", worked_a_moment_ago)
    sign_in(op).is_signed_in()
    account.refresh_from_db()
    assert not account.needs_reconnecting
    assert not account.may_write
