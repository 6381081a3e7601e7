from datetime import UTC, datetime

import pytest

from accounts.admin.outcomes import IN_WORDS
from accounts.models import Revocation
from accounts.tokens import Outcome
from tests.accounts.administration import (
    REVOCATIONS,
    REVOKE,
    ask,
    confirm,
    events,
    lines,
    revocation_waits,
    told,
)

LOOKERS = ["account_manager", "administrator"]
AGAIN = "try-again"


@pytest.fixture
def waiting(asana, administrator, owner) -> Revocation:
    return revocation_waits(asana, administrator, owner.account)


@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
def test_they_are_the_administrators(request, asana, waiting, who):
    client, before = request.getfixturevalue(who), len(asana.requests(REVOKE))
    path = f"{REVOCATIONS}{waiting.pk}/change/"
    for response in (
        client.get(REVOCATIONS),
        client.get(path),
        ask(client, REVOCATIONS, AGAIN, waiting.pk),
        confirm(client, REVOCATIONS, AGAIN, waiting.pk),
    ):
        assert response["Location"].startswith("/admin/login/?next=")
    assert len(asana.requests(REVOKE)) == before


@pytest.mark.parametrize("who", LOOKERS)
def test_each_says_what_it_waits_for_and_never_the_token(request, waiting, who):
    client = request.getfixturevalue(who)
    for path in (REVOCATIONS, f"{REVOCATIONS}{waiting.pk}/change/"):
        page = client.get(path).content.decode()
        for text in (waiting.reference, "Ada Okafor", "Asana answers with an error (500)"):
            assert text in page
        assert waiting.encrypted_refresh_token not in page
        assert "gAAAA" not in page


def test_a_line_says_why_right_after_how_often(administrator, waiting):
    at = datetime(2026, 12, 1, 20, 5, 41, 528361, UTC)
    Revocation.objects.update(requested_at=at - Revocation.KEEP_TRYING, next_attempt_at=at)
    (line,) = lines(administrator.get(REVOCATIONS))
    assert list(line.items())[2:] == [
        *(("account_name", "Ada Okafor"), ("attempts", "1")),
        ("why", "Asana answers with an error (500)"),
        *(("next_attempt_at", "1 Dec 2026, 20:05"), ("ends_at", "1 Dec 2026, 20:05")),
    ]


def test_its_page_says_when(administrator, waiting):
    at = datetime(2026, 12, 1, 20, 5, 41, 528361, UTC)
    Revocation.objects.update(requested_at=at - Revocation.KEEP_TRYING)
    page = administrator.get(f"{REVOCATIONS}{waiting.pk}/change/").content.decode()
    for words in ("24 Nov 2026, 20:05", "1 Dec 2026, 20:05"):
        assert words in page


@pytest.mark.parametrize("who", LOOKERS)
def test_nobody_changes_or_deletes_one(request, waiting, who):
    client, before = request.getfixturevalue(who), Revocation.objects.values().get()
    for path in (f"{REVOCATIONS}add/", f"{REVOCATIONS}{waiting.pk}/delete/"):
        assert client.get(path).status_code == client.post(path, {"post": "yes"}).status_code == 403
    path = f"{REVOCATIONS}{waiting.pk}/change/"
    assert client.post(path, {"attempts": "0"}).status_code == 403
    assert Revocation.objects.values().get() == before


@pytest.mark.parametrize("who", LOOKERS)
def test_it_is_tried_again_once_that_is_confirmed(request, asana, waiting, owner, who):
    client, before = request.getfixturevalue(who), len(asana.requests(REVOKE))
    ask(client, REVOCATIONS, AGAIN, waiting.pk)
    assert len(asana.requests(REVOKE)) == before
    report = told(confirm(client, REVOCATIONS, AGAIN, waiting.pk))
    assert report == {f"Revocation {waiting.reference}": "Access revoked at Asana"}
    assert len(asana.requests(REVOKE)) == before + 1
    assert not Revocation.objects.exists()
    assert events(user=owner.user)[-2:] == ["changed", "revoked"]


def test_it_says_whose_it_is_before_and_after(account_manager, waiting, owner):
    for response in (
        ask(account_manager, REVOCATIONS, AGAIN, waiting.pk),
        confirm(account_manager, REVOCATIONS, AGAIN, waiting.pk),
    ):
        username = owner.user.username
        words = (
            "access to <bdi>Ada Okafor</bdi>, "
            f"linked by <bdi>Ada Okafor</bdi> (<bdi>{username}</bdi>)"
        )
        assert words in response.content.decode()


def test_it_says_that_asana_still_does_not_answer(administrator, asana, waiting):
    asana.order("server_error", path=REVOKE)
    response = confirm(administrator, REVOCATIONS, AGAIN, waiting.pk)
    assert list(told(response).values()) == ["Asana answers with an error (500)"]
    assert len(response.context["report"].failed) == 1
    waiting.refresh_from_db()
    assert waiting.attempts == 2


def test_it_says_that_it_is_given_up(administrator, asana, waiting):
    asana.order("server_error", path=REVOKE)
    Revocation.objects.update(requested_at=waiting.requested_at - Revocation.KEEP_TRYING)
    response = confirm(administrator, REVOCATIONS, AGAIN, waiting.pk)
    assert next(iter(told(response).values())).startswith("Access not revoked: the week is over")
    assert not Revocation.objects.exists()


def test_every_outcome_has_words():
    assert set(IN_WORDS) == set(Outcome)


def test_twice_is_once(administrator, waiting):
    confirm(administrator, REVOCATIONS, AGAIN, waiting.pk)
    assert told(confirm(administrator, REVOCATIONS, AGAIN, waiting.pk)) == {
        f"Number {waiting.pk}": "It is not there any more"
    }


def test_one_of_somebody_deleted_names_nobody(administrator, asana, owner, waiting):
    owner.user.delete()
    page = administrator.get(REVOCATIONS).content.decode()
    assert waiting.reference in page
    assert "Okafor" not in page
    page = ask(administrator, REVOCATIONS, AGAIN, waiting.pk).content.decode()
    assert "access that somebody gave who is deleted here" in page
    assert "Okafor" not in page
    assert "Access revoked" in str(told(confirm(administrator, REVOCATIONS, AGAIN, waiting.pk)))


@pytest.mark.parametrize(
    "lookup",
    ["encrypted_refresh_token__startswith", "account_hash", "user__password__startswith"],
)
def test_they_cannot_be_asked_letter_by_letter(administrator, waiting, lookup):
    assert administrator.get(REVOCATIONS, {lookup: "g"}).status_code == 400
