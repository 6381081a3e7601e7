"""Actions on linked accounts: asked, confirmed, carried out, reported."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.admin import actions, confirmed
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from tests.accounts.administration import (
    ACCOUNTS,
    REVOKE,
    ROWS,
    ask,
    confirm,
    events,
    told,
    user_of,
)
from tests.markup import page_html

TOKEN = "/-/oauth_token"
ACTIONS = [each.name for each in actions.ON_ACCOUNTS]
ON_LIST = [each.name for each in actions.ON_ACCOUNTS if each.on_list]
LOOKERS = ["account_manager", "administrator"]


def rows_of(response) -> list[int]:
    """Return the row numbers in the form of a confirmation or a report."""
    return [int(each) for each in ROWS.search(page_html(response))[1].split(",") if each]


def form_of(response) -> dict[str, str]:
    """Return the hidden fields of a confirmation or a report, as a browser would send them."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page_html(response))
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def make_accounts(count: int, people: int = 1) -> None:
    users = [User.objects.create_user(f"many{number}") for number in range(people)]
    AsanaAccount.objects.bulk_create(
        AsanaAccount(user=users[number % people], gid=f"gid-{number}", name=f"Number {number}")
        for number in range(count)
    )


# Who may act, and by which requests


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
def test_they_are_the_administrators(request, asana, owner, who, action):
    client = request.getfixturevalue(who)
    before = len(asana.requests("/-/")), events()
    for response in (
        ask(client, ACCOUNTS, action, owner.account.pk),
        confirm(client, ACCOUNTS, action, owner.account.pk),
    ):
        assert response["Location"].startswith("/admin/login/?next=")
    assert (len(asana.requests("/-/")), events()) == before
    assert AsanaAccount.objects.connected().filter(pk=owner.account.pk).exists()


@pytest.mark.parametrize("action", ON_LIST)
@pytest.mark.parametrize("who", LOOKERS)
def test_each_asks_to_be_confirmed_and_does_nothing_yet(request, asana, owner, who, action):
    client = request.getfixturevalue(who)
    before, sessions = asana.requests(), AsanaAccount.objects.values().get()
    response = ask(client, ACCOUNTS, action, owner.account.pk)
    assert rows_of(response) == [owner.account.pk]
    assert "Ada Okafor" in page_html(response)
    assert asana.requests() == before
    assert AsanaAccount.objects.values().get() == sessions
    assert owner.get("/accounts/").status_code == 200


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("who", LOOKERS)
def test_each_is_carried_out_when_confirmed(request, asana, owner, who, action):
    client = request.getfixturevalue(who)
    report = told(confirm(client, ACCOUNTS, action, owner.account.pk))
    assert list(report) == [str(owner.account)]
    seen, entry = AuditEntry.objects.filter(actor=user_of(client)).order_by("pk")
    assert seen.event == "seen"
    assert (entry.user, entry.by) == (owner.user, "administrator")


@pytest.mark.parametrize("action", ACTIONS)
def test_to_ask_for_the_address_does_nothing(administrator, owner, action):
    path = f"{ACCOUNTS}do/{action}/"
    data = {"rows": owner.account.pk, "confirmed": "yes"}
    assert administrator.get(path, data)["Location"] == ACCOUNTS
    assert administrator.head(path, data)["Location"] == ACCOUNTS
    assert AsanaAccount.objects.connected().exists()


def test_they_want_the_sites_own_form(administrator, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of(administrator))
    assert confirm(client, ACCOUNTS, "disconnect", owner.account.pk).status_code == 403
    assert AsanaAccount.objects.exists()


def test_an_action_that_is_none_is_not_there(administrator, owner):
    assert confirm(administrator, ACCOUNTS, "nonsense", owner.account.pk).status_code == 404
    assert ask(administrator, ACCOUNTS, "nonsense", owner.account.pk).status_code == 302
    assert ask(administrator, ACCOUNTS, "delete_selected", owner.account.pk).status_code == 302
    assert AsanaAccount.objects.exists()


def test_the_accounts_page_offers_them_too(account_manager, owner):
    page = page_html(account_manager.get(f"{ACCOUNTS}{owner.account.pk}/change/"))
    for action in ON_LIST:
        assert f'action="{ACCOUNTS}do/{action}/"' in page
        response = account_manager.post(f"{ACCOUNTS}do/{action}/", {"rows": owner.account.pk})
        assert rows_of(response) == [owner.account.pk]


@pytest.mark.parametrize("action", ACTIONS)
def test_what_nobody_can_take_back_looks_dangerous(administrator, owner, monkeypatch, action):
    asked = administrator.post(f"{ACCOUNTS}do/{action}/", {"rows": owner.account.pk})
    monkeypatch.setattr(confirmed, "SECONDS", 0)
    unfinished = confirm(administrator, ACCOUNTS, action, owner.account.pk)
    for response in (asked, unfinished):
        is_dangerous = 'class="dangerous"' in page_html(response)
        assert is_dangerous == (action in {"disconnect", "delete"})


def test_they_say_whose_account_it_is_before_and_after(administrator, owner):
    User.objects.update(name="Ada <O>")
    linked_by = f"linked by <bdi>Ada &lt;O&gt;</bdi> (<bdi>{owner.user.username}</bdi>)"
    for response in (
        ask(administrator, ACCOUNTS, "disconnect", owner.account.pk),
        confirm(administrator, ACCOUNTS, "disconnect", owner.account.pk),
    ):
        assert linked_by in page_html(response)


def test_to_confirm_asks_no_more_for_more(administrator, owner, django_assert_num_queries):
    ask(administrator, ACCOUNTS, "mark", owner.account.pk)
    with CaptureQueriesContext(connection) as few:
        ask(administrator, ACCOUNTS, "mark", owner.account.pk)
    number = len(few)
    make_accounts(30, people=30)
    rows = list(AsanaAccount.objects.values_list("pk", flat=True))
    ask(administrator, ACCOUNTS, "mark", *rows)  # which is recorded, once an hour
    with django_assert_num_queries(number):
        ask(administrator, ACCOUNTS, "mark", *rows)


# Hostile selections


@pytest.mark.parametrize(
    "rows", [[], ["x"], ["-1"], ["9" * 30], ["9223372036854775808"], ["1 OR 1=1"], ["\x00"], ["²"]]
)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_selection_that_makes_no_sense_does_nothing(administrator, owner, action, rows):
    assert ask(administrator, ACCOUNTS, action, *rows).status_code in {200, 302}
    assert told(confirm(administrator, ACCOUNTS, action, *rows)) == {}
    assert AsanaAccount.objects.connected().exists()


def test_what_is_gone_is_said_to_be_gone(administrator, owner):
    report = told(confirm(administrator, ACCOUNTS, "mark", 999999, owner.account.pk))
    assert report["Number 999999"] == "It is not there any more"
    assert "Marked" in report[str(owner.account)]
    page = page_html(administrator.post(f"{ACCOUNTS}do/mark/", {"rows": "999999"}))
    assert "None of what you selected is there any more" in page


def test_the_same_one_twice_is_one(administrator, asana, owner):
    before = len(asana.requests(TOKEN))
    pk = owner.account.pk
    assert len(told(confirm(administrator, ACCOUNTS, "refresh", pk, pk, pk))) == 1
    assert len(asana.requests(TOKEN)) == before + 1


def test_thousands_across_pages_are_all_confirmed(administrator, owner):
    make_accounts(2500)
    data = {"action": "mark", "_selected_action": owner.account.pk, "select_across": 1, "index": 0}
    response = administrator.post(f"{ACCOUNTS}?q=many", data)
    rows = rows_of(response)
    assert len(rows) == 2500
    assert owner.account.pk not in rows
    assert "2,500 linked accounts" in page_html(response)
    assert "and 2,400 more" in page_html(response)


def test_of_more_than_can_be_done_at_once_it_says_which_and_how_many_are_left(
    administrator, monkeypatch
):
    monkeypatch.setattr(confirmed, "MOST", 3)
    make_accounts(1100)
    rows = list(AsanaAccount.objects.order_by("pk").values_list("pk", flat=True))
    data = {"action": "mark", "_selected_action": rows[0], "select_across": 1, "index": 0}
    response = administrator.post(ACCOUNTS, data)
    assert rows_of(response) == rows[:3]
    assert "The first 3 of 1,100 linked accounts" in page_html(response)

    for seconds, done in ((0, 0), (20, 3)):  # rows left for lack of time can be continued
        monkeypatch.setattr(confirmed, "SECONDS", seconds)
        response = administrator.post(f"{ACCOUNTS}do/mark/", form_of(response))
        assert len(told(response)) == done
        assert "1,097 more were selected. Nothing has been done to them" in page_html(response)
    assert AsanaAccount.objects.connected().count() == 1097


@pytest.mark.parametrize("beyond", ["", "x", "-1", "9" * 30, "\x00", "²"])
def test_a_number_of_others_that_makes_no_sense_is_none(administrator, owner, beyond):
    data = {"rows": owner.account.pk, "confirmed": "yes", "beyond": beyond}
    page = page_html(administrator.post(f"{ACCOUNTS}do/mark/", data))
    assert "1 done" in page
    assert "more were selected" not in page


def test_what_is_sent_beyond_the_most_is_told_too(administrator, monkeypatch):
    monkeypatch.setattr(confirmed, "MOST", 3)
    make_accounts(4)
    rows = AsanaAccount.objects.values_list("pk", flat=True)
    response = confirm(administrator, ACCOUNTS, "mark", *rows)
    assert len(told(response)) == 3
    assert "1 more was selected" in page_html(response)


def test_one_request_takes_only_so_long_and_says_what_is_left(administrator, monkeypatch):
    make_accounts(3)
    monkeypatch.setattr(confirmed, "SECONDS", 0)
    numbers = list(AsanaAccount.objects.values_list("pk", flat=True))
    response = confirm(administrator, ACCOUNTS, "mark", *numbers)
    assert told(response) == {}
    assert rows_of(response) == numbers
    assert "3 left for lack of time" in page_html(response)


def test_one_that_breaks_does_not_keep_the_others(administrator, owner, other_user, monkeypatch):
    def mark_needs_reconnecting(account, why, **args):
        if account == owner.account:
            raise ValueError("secret")

    monkeypatch.setattr(tokens, "mark_needs_reconnecting", mark_needs_reconnecting)
    both = (owner.account.pk, other_user.account.pk)
    response = confirm(administrator, ACCOUNTS, "mark", *both)
    assert told(response)[str(owner.account)] == "Something went wrong here: see the site's log"
    assert "Marked" in told(response)[str(other_user.account)]
    assert "secret" not in page_html(response)


# Refresh token now


def test_refreshing_is_done_once_and_told(administrator, asana, owner):
    before, old = len(asana.requests(TOKEN)), tokens.access_token_for(owner.account)
    assert told(confirm(administrator, ACCOUNTS, "refresh", owner.account.pk)) == {
        str(owner.account): "Token refreshed"
    }
    assert len(asana.requests(TOKEN)) == before + 1
    assert tokens.access_token_for(owner.account) != old


def test_one_that_has_expired_is_refreshed_once_as_well(administrator, asana, owner):
    owner.account.access_token_expires_at = owner.account.connected_at
    owner.account.save()
    before = len(asana.requests(TOKEN))
    confirm(administrator, ACCOUNTS, "refresh", owner.account.pk)
    assert len(asana.requests(TOKEN)) == before + 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("invalid_grant", "It needs reconnecting: Asana no longer lets us in"),
        ("server_error", "Asana isn't answering"),
        ("not_json", "Asana isn't answering"),
        ("drop", "Asana isn't answering"),
        ("rate_limited", "Asana isn't answering. Asana asks to wait 30 seconds"),
    ],
)
def test_it_says_honestly_that_it_failed(administrator, asana, owner, fault, words):
    asana.order(fault, path=TOKEN)
    assert told(confirm(administrator, ACCOUNTS, "refresh", owner.account.pk)) == {
        str(owner.account): words
    }
    gone = fault == "invalid_grant"
    assert AsanaAccount.objects.get().needs_reconnecting == gone
    assert "changed" not in events()


def test_one_that_needs_reconnecting_is_not_asked_about(administrator, asana, owner):
    confirm(administrator, ACCOUNTS, "mark", owner.account.pk)
    before = len(asana.requests(TOKEN))
    (words,) = told(confirm(administrator, ACCOUNTS, "refresh", owner.account.pk)).values()
    assert "needs reconnecting" in words
    assert len(asana.requests(TOKEN)) == before


# Mark as needing reconnection


def test_marking_is_told_to_the_person_and_only_once(administrator, owner):
    pk = owner.account.pk
    assert "Marked" in told(confirm(administrator, ACCOUNTS, "mark", pk))[str(owner.account)]
    again = told(confirm(administrator, ACCOUNTS, "mark", pk))
    assert again == {str(owner.account): "It needs reconnecting already"}
    assert events(user=owner.user).count("needs_reconnecting") == 1
    assert events(user=owner.user).count("changed") == 1


# Revoke and disconnect, or delete


@pytest.mark.parametrize("action", ["disconnect", "delete"])
def test_disconnecting_deletes_and_revokes(administrator, asana, owner, other_user, action):
    assert told(confirm(administrator, ACCOUNTS, action, owner.account.pk)) == {
        str(owner.account): "Disconnected; access revoked at Asana"
    }
    assert list(AsanaAccount.objects.all()) == [other_user.account]
    assert len(asana.requests(REVOKE)) == 1
    assert not Revocation.objects.exists()
    assert events(user=owner.user)[-2:] == ["disconnected", "revoked"]


def test_with_asana_down_it_says_that_the_revocation_waits(administrator, asana, owner):
    asana.order("server_error", path=REVOKE)
    (words,) = told(confirm(administrator, ACCOUNTS, "disconnect", owner.account.pk)).values()
    assert words.startswith("Disconnected; access not revoked yet: Asana isn't answering")
    assert Revocation.objects.count() == 1


def test_without_a_token_there_is_nothing_to_revoke(administrator, asana, owner):
    AsanaAccount.objects.update(encrypted_refresh_token="")
    (words,) = told(confirm(administrator, ACCOUNTS, "disconnect", owner.account.pk)).values()
    assert words == "Disconnected; there was no token to revoke"
    assert asana.requests(REVOKE) == []


def test_deleting_one_leads_to_the_same_confirmation(account_manager, owner):
    path = f"{ACCOUNTS}{owner.account.pk}/delete/"
    for response in (account_manager.get(path), account_manager.post(path, {"post": "yes"})):
        assert rows_of(response) == [owner.account.pk]
        assert f'action="{ACCOUNTS}do/delete/"' in page_html(response)
    assert AsanaAccount.objects.exists()


# End the person's sessions


def test_their_sessions_end_and_nobody_elses(administrator, owner, other_user):
    assert told(confirm(administrator, ACCOUNTS, "end-sessions", owner.account.pk)) == {
        str(owner.account): "1 session ended"
    }
    assert owner.get("/accounts/")["Location"].startswith("/login/")
    assert other_user.get("/accounts/").status_code == 200
    assert administrator.get("/admin/").status_code == 200


# The staff


@pytest.mark.parametrize("action", ["mark", "disconnect", "delete", "end-sessions"])
def test_a_managers_own_is_looked_after_on_the_site_itself(account_manager, owner, action):
    AsanaAccount.objects.update(user=user_of(account_manager))
    response = confirm(account_manager, ACCOUNTS, action, owner.account.pk)
    (words,) = told(response).values()
    page = f"{settings.SITE_URL}/accounts/"
    assert words == f"Your own accounts and sessions you look after yourself, at {page}"
    assert f'<a href="{page}"' in page_html(response)
    assert AsanaAccount.objects.connected().exists()
    assert account_manager.get("/admin/").status_code == 200


@pytest.mark.parametrize("action", ["refresh", "sync"])
@pytest.mark.parametrize("rank", ["is_staff", "is_superuser"])
def test_what_takes_nothing_away_a_manager_may_do_for_everybody(
    account_manager, owner, action, rank
):
    User.objects.filter(pk=owner.user.pk).update(**{rank: True})
    response = confirm(account_manager, ACCOUNTS, action, owner.account.pk)
    assert [each.name for each in response.context["report"].done] == [str(owner.account)]
    (entry,) = owner.user.history.filter(event="changed")
    assert entry.actor == user_of(account_manager)


@pytest.mark.parametrize("action", ["mark", "disconnect", "delete", "end-sessions"])
@pytest.mark.parametrize("rank", ["is_staff", "is_superuser"])
def test_only_a_superuser_does_that_to_the_staff(
    account_manager, administrator, owner, action, rank
):
    User.objects.filter(pk=owner.user.pk).update(**{rank: True})
    assert account_manager.get(f"{ACCOUNTS}{owner.account.pk}/delete/").status_code == 403
    (words,) = told(confirm(account_manager, ACCOUNTS, action, owner.account.pk)).values()
    assert "Only a superuser" in words
    assert AsanaAccount.objects.connected().exists()
    assert owner.get("/accounts/").status_code == 200
    (words,) = told(confirm(administrator, ACCOUNTS, action, owner.account.pk)).values()
    assert "Only a superuser" not in words
