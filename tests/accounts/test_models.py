"""What templates ask of accounts and revocations. No row is stored."""

import pytest

from accounts.models import AsanaAccount, Revocation, User


@pytest.mark.parametrize(
    ("account", "beside_asana_name", "beside_display_name"),
    [
        (AsanaAccount(name="Ada", email="ada@example.com"), "ada@example.com", "ada@example.com"),
        (AsanaAccount(email="ada@example.com"), "", ""),
        (AsanaAccount(email="ada@example.com", label="Work"), "", "ada@example.com"),
        (AsanaAccount(name="Ada", email="a@b.c", label="a@b.c"), "a@b.c", ""),
        (AsanaAccount(name="Ada"), "", ""),
    ],
)
def test_an_address_is_shown_beside_a_name_that_is_another(
    account, beside_asana_name, beside_display_name
):
    assert account.email_beside_asana_name == beside_asana_name
    assert account.email_beside_display_name == beside_display_name


def test_a_name_that_nobody_can_see_is_none():
    account = AsanaAccount(label="\u200b", name="\u3164 \u2060", email="ada@example.com", gid="7")
    assert (account.display_name, account.initials) == ("ada@example.com", "A")
    assert AsanaAccount(name="\ufeff", gid="7").asana_name == "Asana account 7"
    assert User(username="ada", name="\u2800").get_full_name() == "ada"


@pytest.mark.parametrize(("attempts", "words"), [(1, "Tried once"), (3, "Tried 3 times")])
def test_attempts_are_told_in_words(attempts, words):
    assert Revocation(attempts=attempts).attempts_in_words == words
