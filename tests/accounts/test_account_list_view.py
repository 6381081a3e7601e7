import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AsanaAccount
from tests.stand_in import ADA, BEN


def test_the_owner_sees_the_account_and_what_it_lets_us_do(owner):
    page = owner.get("/accounts/").content.decode()
    assert "Ada Okafor" in page
    assert "ada@example.com" in page
    assert "Read your tasks" in page
    assert "Change your tasks" not in page


def test_another_user_sees_only_their_own(owner, other_user):
    page = other_user.get("/accounts/").content.decode()
    assert "Ben Tanaka" in page
    assert "Ada" not in page
    assert ADA not in page


def test_an_administrator_has_none_of_them(owner, administrator):
    page = administrator.get("/accounts/").content.decode()
    assert "No Asana account yet" in page
    assert "Ada" not in page


def test_nobody_is_sent_to_sign_in(owner, nobody):
    answer = nobody.get("/accounts/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/accounts/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_shows(owner, method):
    assert getattr(owner.client, method)("/accounts/").status_code == 405


def test_a_broken_link_is_shown_with_its_reason(owner):
    AsanaAccount.objects.update(
        status=AsanaAccount.Status.NEEDS_RECONNECTING, last_error="Asana no longer lets us in"
    )
    page = owner.get("/accounts/").content.decode()
    assert "Needs reconnecting" in page
    assert "Asana no longer lets us in" in page


def test_it_holds_no_token_and_no_ciphertext(owner):
    page = owner.get("/accounts/").content.decode()
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
        AsanaAccount.objects.create(user=owner.user, gid=f"{BEN}{number}")
    with CaptureQueriesContext(connection) as six:
        owner.get("/accounts/")
    assert len(six) == len(one) <= 5


def test_what_people_call_themselves_is_text(owner):
    AsanaAccount.objects.update(name="<b>Ada", email="", picture_url='https://e.org/"><script>')
    page = owner.get("/accounts/").content.decode()
    assert "<b>Ada" not in page
    assert '"><script>' not in page
