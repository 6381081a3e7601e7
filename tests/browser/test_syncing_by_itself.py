"""An open page asks for news by itself, whatever became of the last time. Its clock is turned."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState, Task
from tests.browser.walks import PLAN, enter, fetched
from tests.people import Person
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

REFRESH = "**/tasks/refresh/"
NEWS = "Write the new plan"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HALF_A_MINUTE = timedelta(seconds=31)


@pytest.fixture
def ada(page: Page, owner_with_tasks: Person, asana: StandIn) -> Page:
    """Ada at her list, fresh for a day; the page does not know of the news in Asana."""
    SyncState.objects.update(synced_at=timezone.now() + DAY)
    page.clock.install()
    enter(page, owner_with_tasks)
    fetched(page)
    asana.change_task(Task.objects.get(name=PLAN).gid, name=NEWS)
    return page


def turn(page: Page, time: timedelta) -> None:
    page.clock.fast_forward(int(time.total_seconds() * 1000))


def grow_stale(page: Page) -> None:
    """Let the copy grow stale, on the server and on the page, which then asks."""
    SyncState.objects.update(synced_at=timezone.now() - DAY)
    turn(page, DAY + HOUR)


def is_asking(page: Page) -> bool:
    return page.locator("#progress progress").is_visible()


def knows_news(page: Page) -> None:
    expect(page.get_by_text(NEWS, exact=True)).to_be_visible()


def is_cut_off(page: Page) -> None:
    expect(page.get_by_text("The sync was cut off")).to_be_visible()


def test_it_asks_when_the_copy_has_grown_stale(ada: Page):
    turn(ada, DAY - HOUR)
    assert not is_asking(ada)
    grow_stale(ada)
    knows_news(ada)


def test_after_a_429_it_asks_when_the_wait_is_over(ada: Page, asana: StandIn):
    asana.order("rate_limited", value=3600, path="/api/1.0/workspaces")
    grow_stale(ada)
    expect(ada.locator(".sync-status")).to_contain_text("Asana asks us to wait until")
    expect(ada.locator("#progress")).to_be_hidden()
    asana.heal()
    turn(ada, HOUR / 2)
    assert not is_asking(ada)
    SyncState.objects.update(paused_until=timezone.now())
    turn(ada, HOUR / 2)
    knows_news(ada)


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_after_an_error_of_the_site_it_asks_again(ada: Page, status: int):
    ada.route(REFRESH, lambda route: route.fulfill(status=status), times=1)
    grow_stale(ada)
    is_cut_off(ada)
    turn(ada, HALF_A_MINUTE)
    knows_news(ada)


def test_after_no_response_it_asks_again(ada: Page):
    ada.route(REFRESH, lambda route: route.abort(), times=1)
    grow_stale(ada)
    is_cut_off(ada)
    turn(ada, HALF_A_MINUTE)
    knows_news(ada)


def test_after_a_sync_under_way_elsewhere_it_asks_again(ada: Page):
    SyncState.objects.update(lease="theirs", lease_expires_at=timezone.now() + DAY)
    with ada.expect_response(REFRESH):
        grow_stale(ada)
    expect(ada.locator("#progress")).to_be_hidden()
    SyncState.objects.update(lease="", lease_expires_at=None)
    turn(ada, timedelta(seconds=2))
    knows_news(ada)


def test_with_a_token_of_an_earlier_sign_in_it_loads_the_page_anew(ada: Page):
    ada.context.clear_cookies(name=re.compile("csrftoken"))
    with ada.expect_event("load"):
        grow_stale(ada)
    knows_news(ada)


def test_a_form_that_led_nowhere_is_not_waited_for(ada: Page):
    ada.route("**/logout/", lambda route: route.abort("aborted"))
    ada.get_by_role("button", name="Sign out").click()
    turn(ada, HALF_A_MINUTE)
    grow_stale(ada)
    knows_news(ada)


def test_once_reconnected_it_asks_again_from_the_next_change_of_the_list_on(ada: Page):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    ada.goto("/tasks/")
    expect(ada.locator("#tasks")).to_have_attribute("data-refresh-in", "")
    grow_stale(ada)
    assert not is_asking(ada)
    AsanaAccount.objects.update(status=AsanaAccount.Status.CONNECTED)
    ada.get_by_label("Search tasks").fill("write the")
    knows_news(ada)


def test_once_reconnected_it_asks_again_when_it_is_looked_at(ada: Page):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    ada.goto("/tasks/")
    expect(ada.locator("#tasks")).to_have_attribute("data-refresh-in", "")
    grow_stale(ada)
    AsanaAccount.objects.update(status=AsanaAccount.Status.CONNECTED)
    ada.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    knows_news(ada)
