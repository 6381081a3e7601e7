from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount, Revocation, User
from asana_tasks.models import SyncState, Workspace
from asana_tasks.sync import engine
from tests.markup import page_html, page_text
from tests.stand_in import ADA, BEN


def page_of(person) -> str:
    return page_text(person.get("/accounts/"))


def test_the_owner_sees_the_account_and_what_it_lets_us_do(owner):
    page = page_of(owner)
    assert "Ada Okafor" in page
    assert "ada@example.com" in page
    assert owner.account.picture_url in page
    assert "Read your tasks" in page
    assert "Change your tasks" not in page


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("openid tasks:read tasks:write", ["Read your tasks", "Change your tasks"]),
        ("openid default", ["Everything you can do in Asana yourself"]),
        ("", ["Nothing with tasks"]),
    ],
)
def test_it_says_in_plain_words_what_was_granted(owner, scope, words):
    AsanaAccount.objects.update(scope=scope)
    page = page_of(owner)
    for each in words:
        assert each in page
    assert "tasks:" not in page


def test_it_shows_workspaces_and_when_what_happened(owner):
    assert "Not synced yet" in page_of(owner)
    assert engine.run_sync(owner.account).state == "done"
    AsanaAccount.objects.update(
        connected_at=timezone.now() - timedelta(days=400),
        refreshed_at=timezone.now() - timedelta(minutes=30),
    )
    Workspace.objects.filter(name="Personal Projects").update(is_offered=False)
    page = page_of(owner)
    for workspace in Workspace.objects.all():
        assert workspace.name in page
    assert "Personal Projects (no longer listed by Asana)" in page
    assert f"{timezone.localtime() - timedelta(days=400):%Y}" in page
    assert "30\xa0minutes ago" in page


def test_another_user_sees_only_their_own(owner, other_user):
    page = page_of(other_user)
    assert "Ben Tanaka" in page
    assert "Ada" not in page
    assert ADA not in page


def test_an_administrator_has_none_of_them(owner, administrator):
    page = page_of(administrator)
    assert "No Asana account yet" in page
    assert "Ada" not in page


def test_nobody_is_sent_to_sign_in(owner, nobody):
    response = nobody.get("/accounts/")
    assert (response.status_code, response["Location"]) == (302, "/login/?next=/accounts/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_shows(owner, method):
    assert getattr(owner.client, method)("/accounts/").status_code == 405


def test_a_broken_link_is_shown_with_its_reason_its_age_and_what_to_do(owner):
    AsanaAccount.objects.update(
        status=AsanaAccount.Status.NEEDS_RECONNECTING,
        last_error="access_ended",
    )
    SyncState.objects.create(account=owner.account, synced_at=timezone.now() - timedelta(days=2))
    page = page_of(owner)
    assert "Needs reconnecting" in page
    assert "Asana no longer lets us in. Its tasks stay in your list, synced 2\xa0days ago." in page
    assert f'action="/accounts/{owner.account.pk}/reconnect/"' in page


def test_one_that_works_has_nothing_to_reconnect(owner):
    assert "/reconnect/" not in page_of(owner)


def test_it_holds_no_token_and_no_ciphertext(owner):
    page = page_html(owner.get("/accounts/"))
    account = owner.account
    for secret in (account.encrypted_access_token, account.encrypted_refresh_token):
        assert secret
        assert secret not in page
    assert "gAAAA" not in page


def test_more_accounts_ask_no_more_of_the_database(owner):
    owner.get("/accounts/")
    with CaptureQueriesContext(connection) as one:
        owner.get("/accounts/")
    for number in range(5):
        account = AsanaAccount.objects.create(user=owner.user, gid=f"{BEN}{number}")
        for gid in "123":
            Workspace.objects.create(account=account, gid=gid, name=gid)
        Revocation.objects.create(user=owner.user, account_name=f"Account {number}")
    with CaptureQueriesContext(connection) as six:
        owner.get("/accounts/")
    assert len(six) == len(one) <= 6


def test_what_people_call_themselves_is_text(owner):
    AsanaAccount.objects.update(
        name="<b>Ada", email="<i>@e.org", label="<u>Ada", picture_url='https://e.org/"><script>'
    )
    Workspace.objects.create(account=owner.account, gid="1", name="<s>Team")
    Revocation.objects.create(user=owner.user, account_name="<em>Ada")
    page = page_html(owner.get("/accounts/"))
    for tag in ("<b>Ada", "<i>@", "<u>Ada", "<s>Team", "<em>Ada", '"><script>'):
        assert tag not in page


def test_its_own_pages_are_marked_as_part_of_it(owner):
    link = '<a href="/accounts/" aria-current="{}">Accounts</a>'
    assert link.format("page") in page_html(owner.get("/accounts/"))
    for path in ("history/", "mail/", "me/delete/", "connect/", f"{owner.account.pk}/disconnect/"):
        assert link.format("true") in page_html(owner.get(f"/accounts/{path}"))
    for path in ("/tasks/", "/workspaces/", "/no/such/page/"):
        assert '<a href="/accounts/">Accounts</a>' in page_html(owner.get(path))


# What Asana has not been told yet


def waiting(user: User, **about) -> Revocation:
    return Revocation.objects.create(user=user, account_name="Old account", **about)


def test_it_lists_what_asana_still_has_to_be_told(owner):
    now = timezone.now()
    waiting(
        owner.user,
        attempts=3,
        last_error="http_error",
        last_error_args={"status": 503},
        requested_at=now - timedelta(days=1),
        next_attempt_at=now + timedelta(minutes=9, seconds=30),
    )
    page = page_of(owner)
    ends = timezone.localtime(now + timedelta(days=6))
    assert "Asana hasn't ended our access yet" in page
    assert "Old account" in page
    assert "Tried 3 times, next try" in page
    assert "next try 9\xa0minutes from now" in page
    assert f"{ends:%H:%M}" in page
    assert "https://app.asana.com/0/my-apps" in page
    assert "Asana answers with an error" not in page


def test_it_says_of_which_whether_all_of_it_was_given_up(owner):
    waiting(owner.user, account_hash=tokens.account_hash("424242"))
    assert "Disconnected here." in page_of(owner)
    Revocation.objects.update(account_hash=tokens.account_hash(ADA))
    page = page_of(owner)
    assert "An earlier permission. The one it has now stays." in page
    assert "Disconnected here." not in page


def test_a_try_that_is_due_is_not_in_the_past(owner):
    waiting(owner.user, next_attempt_at=timezone.now() - timedelta(hours=2))
    page = page_of(owner)
    assert "Next try any moment now" in page
    assert "ago, until" not in page


def test_that_of_others_is_nobody_elses_business(owner, other_user, administrator):
    waiting(owner.user)
    Revocation.objects.create(user=None)
    for client in (other_user, administrator):
        assert "Asana hasn't ended our access yet" not in page_of(client)


def test_who_waits_for_nothing_reads_nothing_of_it(owner):
    assert "Asana hasn't ended our access yet" not in page_of(owner)
