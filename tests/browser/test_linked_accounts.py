"""Linked accounts in a real browser: connecting, repairing, disconnecting, deleting."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import Task
from asana_tasks.sync.worker import EmbeddedWorker
from tests.browser.axe import violations
from tests.browser.consent import allow_as, sign_in
from tests.stand_in import ADA, BEN, CLEO, StandIn

pytestmark = pytest.mark.django_db(transaction=True)
REVOKE = "/-/oauth_revoke"


@pytest.fixture
def ada(ada: Page) -> Page:
    ada.goto("/accounts/")
    return ada


def card(page: Page, name: str):
    return page.locator(".card", has=page.get_by_role("heading", name=name, exact=True))


def connect(page: Page, person: str) -> None:
    page.goto("/accounts/")
    page.get_by_role("link", name="Connect another Asana account").click()
    page.get_by_role("button", name="Go to Asana").click()
    allow_as(page, person)


def press_disconnect(page: Page, name: str) -> None:
    page.goto("/accounts/")
    card(page, name).get_by_role("link", name="Disconnect").click()
    expect(page.get_by_role("heading", name=f"Disconnect {name}?")).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    page.wait_for_url("**/accounts/")


def looks_right(page: Page) -> None:
    """Check that the page is accessible and does not overflow a small screen."""
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    page.set_viewport_size({"width": 1280, "height": 800})


# A second account


def test_connect_a_second_account_and_see_both(ada: Page):
    page = ada
    page.get_by_role("link", name="Connect another Asana account").click()
    expect(page.get_by_text("whoever is signed in there in this browser")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Go to Asana").click()
    allow_as(page, BEN)
    expect(page.get_by_text("Ben Tanaka (ben@example.com) is connected")).to_be_visible()
    expect(page.locator(".card.account")).to_have_count(2)
    expect(page.locator(".who-name")).to_have_text("Ada Okafor")  # linking renames nobody
    looks_right(page)


def test_one_that_was_connected_already_is_told(ada: Page):
    connect(ada, ADA)
    expect(ada.get_by_text("Ada Okafor (ada@example.com), which was connected")).to_be_visible()
    looks_right(ada)
    ada.get_by_role("link", name="Back to your accounts").click()
    expect(ada.locator(".card.account")).to_have_count(1)


def test_one_of_somebody_else_is_not_moved(ada: Page, asana: StandIn):
    ben = User.objects.create(username="ben")
    AsanaAccount.objects.create(user=ben, gid=BEN, name="Ben Tanaka")
    connect(ada, BEN)
    heading = "That Asana account belongs to somebody else here"
    expect(ada.get_by_role("heading", name=heading)).to_be_visible()
    looks_right(ada)
    assert AsanaAccount.objects.get(gid=BEN).user == ben


# Repair


@pytest.fixture
def broken(ada: Page, worker: EmbeddedWorker, asana: StandIn) -> Page:
    """Revoke Ada's grant in Asana, let a sync find out, and open her accounts."""
    asana.revoke_grants(ADA)
    ada.goto("/tasks/")
    ada.get_by_role("button", name="Sync now").click()
    expect(
        ada.locator("#sync-status").get_by_text("Asana no longer lets us in").first
    ).to_be_visible()
    ada.goto("/accounts/")
    return ada


def test_reconnect_in_place(broken: Page):
    page, tasks = broken, Task.objects.count()
    expect(card(page, "Ada Okafor").get_by_text("Needs reconnecting")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Reconnect").click()
    allow_as(page, ADA)
    expect(page.get_by_text("works again")).to_be_visible()
    expect(card(page, "Ada Okafor").get_by_text("Connected", exact=True)).to_be_visible()
    assert Task.objects.count() == tasks > 50
    page.goto("/tasks/")
    page.get_by_role("button", name="Sync now").click()
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()


def test_the_wrong_account_is_refused_and_tasks_stay(broken: Page):
    page = broken
    page.get_by_role("button", name="Reconnect").click()
    allow_as(page, BEN)
    heading = "That isn't the account to reconnect"
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    looks_right(page)
    account = AsanaAccount.objects.get()
    assert (account.gid, account.needs_reconnecting) == (ADA, True)
    page.goto("/tasks/")
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()


# Disconnecting


def test_disconnect_with_asana_down_and_revoke_later(ada: Page, asana: StandIn):
    page = ada
    connect(page, BEN)
    asana.order("server_error", value=503, path=REVOKE)
    press_disconnect(page, "Ben Tanaka")
    expect(page.get_by_text("keeps telling it for up to 7 days").first).to_be_visible()
    expect(page.locator(".card.account")).to_have_count(1)
    expect(page.get_by_role("heading", name="Asana hasn't ended our access yet")).to_be_visible()
    looks_right(page)
    assert not AsanaAccount.objects.filter(gid=BEN).exists()

    asana.heal()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        call_command("worker", "--once")
    assert not Revocation.objects.exists()
    assert [each["status"] for each in asana.requests(REVOKE)] == [503, 200]
    page.goto("/accounts/")
    expect(page.get_by_role("heading", name="Asana hasn't ended our access yet")).to_have_count(0)
    page.goto("/accounts/history/")
    expect(page.get_by_text("Access revoked at Asana")).to_be_visible()
    looks_right(page)


def test_disconnect_and_asana_ends_it_at_once(ada: Page, asana: StandIn):
    connect(ada, BEN)
    press_disconnect(ada, "Ben Tanaka")
    expect(ada.get_by_text("Asana has ended Onelist's access")).to_be_visible()
    assert [each["status"] for each in asana.requests(REVOKE)] == [200]


def test_the_last_way_in_stays(ada: Page):
    card(ada, "Ada Okafor").get_by_role("link", name="Disconnect").click()
    expect(ada.get_by_role("heading", name="This is your only way in")).to_be_visible()
    looks_right(ada)
    assert AsanaAccount.objects.count() == 1


# Deleting the user


def test_delete_my_account(ada: Page, asana: StandIn):
    page = ada
    connect(page, CLEO)
    page.goto("/accounts/me/")
    looks_right(page)
    page.get_by_role("link", name="Delete my account").click()
    looks_right(page)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    expect(page.get_by_text("no access to 2 accounts any more")).to_be_visible()
    looks_right(page)
    assert not User.objects.exists()
    assert not Task.objects.exists()
    assert not Revocation.objects.exists()
    assert {(each.user, each.account_name) for each in AuditEntry.objects.all()} == {(None, "")}
    assert [each["status"] for each in asana.requests(REVOKE)] == [200, 200]
    page.goto("/tasks/")
    expect(page.get_by_role("button", name="Sign in with Asana")).to_be_visible()


def test_all_of_it_works_without_javascript(page_without_javascript: Page, asana: StandIn):
    page = page_without_javascript
    sign_in(page, ADA)
    connect(page, BEN)
    expect(page.get_by_text("Ben Tanaka (ben@example.com) is connected")).to_be_visible()
    press_disconnect(page, "Ben Tanaka")
    expect(page.get_by_text("Asana has ended Onelist's access")).to_be_visible()
    page.goto("/accounts/me/delete/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
