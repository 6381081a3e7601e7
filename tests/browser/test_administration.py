"""An account manager in a real browser: confirmed actions and the audit log."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from tests.browser.consent import sign_in
from tests.people import Person
from tests.stand_in import ADA, BEN, StandIn

pytestmark = pytest.mark.django_db(transaction=True)
REVOKE = "/-/oauth_revoke"
ACCOUNTS = "/admin/accounts/asanaaccount/"


@pytest.fixture
def people(asana: StandIn) -> list[Person]:
    return [Person.stored(asana, gid) for gid in (ADA, BEN)]


@pytest.fixture
def manager(page: Page, people: list[Person]) -> Page:
    user = User.objects.create_user("mia", password="between us", is_staff=True)
    user.groups.add(Group.objects.get(name="Account managers"))
    page.goto("/admin/")
    page.get_by_label("Username").fill("mia")
    page.get_by_label("Password").fill("between us")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Is everything all right?")).to_be_visible()
    return page


def choose(page: Page, action: str, *names: str) -> None:
    """Choose accounts and an action in the list, and press Go."""
    page.goto(ACCOUNTS)
    for name in names:
        page.get_by_role("row", name=name).get_by_role("checkbox").check()
    go(page, action)


def go(page: Page, action: str) -> None:
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Go", exact=True).click()


def confirm(page: Page, action: str) -> None:
    page.get_by_role("button", name=action).click()
    expect(page.locator(".verdict")).to_be_visible()


def test_refresh_a_token_now(manager: Page, asana: StandIn):
    choose(manager, "Refresh token now", "Ada Okafor", "Ben Tanaka")
    assert asana.requests("/-/oauth_token") == []
    confirm(manager, "Refresh token now")
    expect(manager.locator(".verdict")).to_contain_text("2 done")
    assert len(asana.requests("/-/oauth_token")) == 2


def test_fetch_tasks_now(manager: Page, people: list[Person]):
    choose(manager, "Sync tasks now", "Ada Okafor")
    confirm(manager, "Sync tasks now")
    expect(manager.locator(".verdict")).to_contain_text("1 done")
    assert people[0].account.tasks.count() > 50
    expect(manager.get_by_text("Write the plan")).to_have_count(0)


def test_no_is_an_answer_too(manager: Page):
    choose(manager, "Revoke and disconnect", "Ada Okafor")
    manager.get_by_role("link", name="No, take me back").click()
    manager.wait_for_url(f"**{ACCOUNTS}")
    assert AsanaAccount.objects.count() == 2


def test_mark_one_and_its_person_sees_it(manager: Page, context: BrowserContext):
    choose(manager, "Mark as needing reconnection", "Ada Okafor")
    confirm(manager, "Mark as needing reconnection")
    expect(manager.locator(".verdict")).to_contain_text("1 done")
    account = AsanaAccount.objects.get(gid=ADA)
    assert account.needs_reconnecting
    manager.goto(f"{ACCOUNTS}?status__exact=needs_reconnecting")
    expect(manager.get_by_role("row", name="Ada Okafor")).to_be_visible()
    expect(manager.get_by_role("row", name="Ben Tanaka")).to_have_count(0)


def test_revoke_and_disconnect_with_asana_down_and_try_again(manager: Page, asana: StandIn):
    asana.order("server_error", value=503, path=REVOKE)
    choose(manager, "Revoke and disconnect", "Ben Tanaka")
    confirm(manager, "Revoke and disconnect")
    expect(manager.get_by_text("access not revoked yet")).to_be_visible()
    assert not AsanaAccount.objects.filter(gid=BEN).exists()
    manager.goto("/admin/")
    expect(manager.get_by_text("waiting", exact=False).first).to_be_visible()

    asana.heal()
    manager.goto("/admin/accounts/revocation/")
    manager.locator("tbody").get_by_role("checkbox").first.check()
    go(manager, "Try again now")
    confirm(manager, "Try again now")
    expect(manager.get_by_text("Access revoked at Asana")).to_be_visible()
    assert not Revocation.objects.exists()


def test_end_the_sessions_of_a_person(manager: Page, site: str, browser):
    adas = browser.new_context(base_url=site)
    page = adas.new_page()
    sign_in(page, ADA)
    choose(manager, "End the person's sessions", "Ada Okafor")
    confirm(manager, "End the person's sessions")
    page.goto("/accounts/")
    expect(page.get_by_role("button", name="Sign in with Asana")).to_be_visible()
    adas.close()


def test_what_cannot_be_changed_is_shown_without_how_to(manager: Page, people: list[Person]):
    path = f"/admin/accounts/user/{people[1].user.pk}/change/"
    manager.goto(path)
    expect(manager.get_by_text("Ben Tanaka", exact=True)).to_be_visible()
    expect(manager.get_by_text("150 characters or fewer")).to_be_hidden()
    User.objects.filter(username="mia").update(is_superuser=True)
    manager.goto(path)
    expect(manager.get_by_text("150 characters or fewer")).to_be_visible()


def test_a_box_for_mail_has_its_words_beside_it(manager: Page, people: list[Person]):
    User.objects.filter(username="mia").update(is_superuser=True)
    manager.goto(f"/admin/accounts/user/{people[1].user.pk}/change/")
    expect(manager.get_by_role("heading", name="Mail is sent to them")).to_be_visible()
    words = manager.get_by_text("When an Asana account is disconnected").bounding_box()
    assert words
    assert words["height"] < 25


def test_delete_a_person_and_revoke(manager: Page, people: list[Person], asana: StandIn):
    manager.goto(f"/admin/accounts/user/{people[1].user.pk}/delete/")
    expect(manager.get_by_text("Ben Tanaka").first).to_be_visible()
    confirm(manager, "Delete with everything they have here")
    expect(manager.get_by_text("access to 1 account revoked at Asana")).to_be_visible()
    assert not User.objects.filter(pk=people[1].user.pk).exists()
    assert [each["status"] for each in asana.requests(REVOKE)] == [200]


def test_a_line_of_the_log_can_be_seen_to_its_end(manager: Page):
    why = {"detail": "refresh_refused", "detail_args": {"error": "invalid_grant"}}
    about = {"account_name": "Ben Tanaka", "address": "203.0.113.9", **why}
    mia = User.objects.get(username="mia")
    AuditEntry.objects.create(
        event=AuditEntry.Event.DISCONNECTED, user=mia, by="administrator", actor=mia, **about
    )
    manager.set_viewport_size({"width": 1280, "height": 800})
    manager.goto("/admin/accounts/auditentry/")
    table = manager.locator("#changelist .results")
    assert table.evaluate("each => each.scrollWidth - each.clientWidth") == 0


def test_the_log_tells_of_it_and_can_be_taken_away(manager: Page):
    choose(manager, "Refresh token now", "Ada Okafor")
    confirm(manager, "Refresh token now")
    manager.goto("/admin/accounts/auditentry/")
    expect(manager.get_by_text("Changed by an administrator").first).to_be_visible()
    with manager.expect_download() as download:
        manager.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text()
    assert "token refreshed" in text
    assert "gAAAA" not in text
