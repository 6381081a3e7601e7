"""An open page follows the syncs of a worker, whatever comes between. Tests move its clock."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from accounts.models import AsanaAccount
from asana_tasks.models import SyncState, Task, Worker
from asana_tasks.sync import engine
from asana_tasks.sync.progress import Progress
from asana_tasks.sync.worker import EmbeddedWorker
from tests.browser.walks import PLAN, enter, fetched, let_intercept, row, sign_out
from tests.people import Person
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

STATUS, SYNC_NOW = "**/tasks/status/", "**/tasks/sync/"
NEWS = "Write the new plan"
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
A_LOOK = timedelta(seconds=15)  # from one look to the next
HALF_A_MINUTE = timedelta(seconds=31)
HIDE = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true })"
TURNED = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def ada(page: Page, owner_with_tasks: Person, asana: StandIn) -> Page:
    """Open Ada's list, which is up to date; then change a task in Asana."""
    type(owner_with_tasks.user).objects.update(time_zone="UTC")  # else the page sends the browser's
    page.clock.install()
    with page.expect_response(STATUS):
        enter(page, owner_with_tasks)
    fetched(page)
    asana.change_task(Task.objects.get(name=PLAN).gid, name=NEWS)
    return page


@pytest.fixture
def sync(owner_with_tasks: Person) -> Callable[[], Progress]:
    """Return a function that syncs as a worker would."""
    return lambda: engine.run_sync(owner_with_tasks.account)


def turn(page: Page, time: timedelta) -> None:
    page.clock.fast_forward(int(time.total_seconds() * 1000))


def look(page: Page) -> None:
    """Let the page look once more, and take what it was told: it has set its timer then."""
    page.wait_for_function("() => timer !== undefined")  # an earlier look is over
    before = page.evaluate("timer")
    turn(page, HALF_A_MINUTE)
    page.wait_for_function("before => ![undefined, before].includes(timer)", arg=before)


def knows_news(page: Page) -> None:
    expect(page.get_by_text(NEWS, exact=True)).to_be_visible()


def asked(page: Page) -> list[str]:
    """Return a list that grows with what the page asks the site for."""
    paths: list[str] = []

    def note(request: Request) -> None:
        kind = "the line" if request.headers.get("accept") == "text/html" else "status"
        paths.append(kind if request.url.endswith("/status/") else request.url)

    page.on("request", note)
    return paths


def line(page: Page) -> str:
    return page.locator(".sync-status").get_attribute("data-etag") or ""


# What changes in Asana shows


def test_a_change_shows_within_one_look(ada: Page, sync):
    sync()
    turn(ada, A_LOOK)
    knows_news(ada)


def test_sync_now_is_done_by_the_worker(ada: Page, worker: EmbeddedWorker):
    ada.get_by_role("button", name="Sync now").click()
    expect(ada.locator("#progress")).to_contain_text("Syncing")
    turn(ada, SECOND)
    knows_news(ada)
    turn(ada, SECOND)
    expect(ada.locator("#progress")).to_be_hidden()


def test_when_nothing_changed_no_row_is_fetched(ada: Page):
    paths = asked(ada)
    for _ in range(3):
        look(ada)
    assert paths == ["status"] * 3


def test_after_a_sync_without_news_the_line_alone_is_fetched(ada: Page, sync):
    sync()
    turn(ada, A_LOOK)
    knows_news(ada)
    shown, paths = line(ada), asked(ada)
    sync()
    turn(ada, A_LOOK)
    expect(ada.locator(".sync-status")).not_to_have_attribute("data-etag", shown)
    look(ada)
    assert paths == ["status", "the line", "status"]


def test_the_line_stays_open_and_keeps_the_focus(ada: Page, sync):
    ada.locator(".sync-status summary").click()
    sync()
    turn(ada, A_LOOK)
    knows_news(ada)
    ada.locator(".sync-status summary").focus()
    shown = line(ada)
    sync()
    turn(ada, A_LOOK)
    expect(ada.locator(".sync-status")).not_to_have_attribute("data-etag", shown)
    expect(ada.locator(".sync-status")).to_have_attribute("open", "")
    expect(ada.locator(".sync-status summary")).to_be_focused()


def test_an_empty_list_says_that_there_is_nothing_to_do_when_that_is_known(
    page: Page, other_user: Person
):
    Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)
    page.clock.install()
    enter(page, other_user)
    expect(page.get_by_role("heading", name="Your tasks are on their way")).to_be_visible()
    engine.run_sync(other_user.account)
    turn(page, SECOND)
    expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()


def test_a_failed_sync_is_told(ada: Page, asana: StandIn, sync):
    asana.order("server_error", value=503)
    sync()
    turn(ada, A_LOOK)
    expect(ada.locator(".sync-status")).to_contain_text("Asana answers with an error (503)")


def test_after_a_429_it_says_until_when_and_goes_on_by_itself(ada: Page, asana: StandIn, worker):
    asana.order("rate_limited", value=3600, path="/api/1.0/workspaces")
    ada.get_by_role("button", name="Sync now").click()
    expect(ada.locator("#progress")).to_contain_text("Syncing")
    turn(ada, SECOND)
    expect(ada.locator(".sync-status")).to_contain_text("Asana asks us to wait until")
    expect(ada.locator("#progress")).to_be_hidden()
    asana.heal()
    now = timezone.now()
    SyncState.objects.update(paused_until=now, due_at=now)
    turn(ada, A_LOOK)
    knows_news(ada)


# What it does not disturb


def test_what_is_typed_into_a_menu_outlives_the_merge_of_a_list(ada: Page, sync):
    row(ada, PLAN).hover()
    row(ada, PLAN).get_by_role("button", name="Change the date").click()
    ada.get_by_label("New date", exact=True).fill("2031-05-06")
    sync()
    look(ada)
    knows_news(ada)
    expect(ada.get_by_label("New date", exact=True)).to_have_value("2031-05-06")
    expect(ada.get_by_label("New date", exact=True)).to_be_focused()


def test_a_hidden_tab_asks_nothing_and_then_at_once(ada: Page, sync):
    sync()
    ada.evaluate(HIDE % "true")
    paths = asked(ada)
    turn(ada, HOUR)
    assert paths == []
    ada.evaluate(HIDE % "false")
    ada.evaluate(TURNED)
    knows_news(ada)


def test_a_form_that_led_nowhere_is_not_waited_for(ada: Page, sync):
    let_intercept(ada)
    ada.route("**/logout/", lambda route: route.abort("aborted"))
    sign_out(ada)
    sync()
    look(ada)
    look(ada)
    knows_news(ada)


# Trouble


@pytest.mark.parametrize("status", [404, 429, 500, 503, None])
def test_a_site_that_does_not_answer_is_asked_again_slowly(ada: Page, sync, status: int | None):
    let_intercept(ada)
    ada.wait_for_function("() => timer !== undefined")
    sync()
    paths = asked(ada)
    ada.route(STATUS, lambda route: route.fulfill(status=status) if status else route.abort())
    look(ada)
    look(ada)
    expect(ada.get_by_text("Onelist isn't answering")).to_be_visible()
    turn(ada, A_LOOK - SECOND)
    assert paths == ["status"] * 2
    ada.unroute(STATUS)
    turn(ada, HALF_A_MINUTE)
    knows_news(ada)
    expect(ada.locator("#progress")).to_be_hidden()


def test_a_sync_that_could_not_be_asked_for_is_told(ada: Page):
    let_intercept(ada)
    ada.route(SYNC_NOW, lambda route: route.abort())
    ada.get_by_role("button", name="Sync now").click()
    expect(ada.get_by_text("The sync could not be asked for")).to_be_visible()


def test_who_signed_out_elsewhere_is_led_to_the_sign_in(ada: Page):
    ada.context.clear_cookies()
    turn(ada, HALF_A_MINUTE)
    expect(ada.get_by_role("button", name="Sign in with Asana")).to_be_visible()


def test_a_new_page_does_not_reload(page: Page, owner_with_tasks: Person):
    page.route(STATUS, lambda route: route.fulfill(status=401))
    paths = asked(page)
    enter(page, owner_with_tasks)
    page.wait_for_function("() => timer !== undefined")
    assert [path for path in paths if path.endswith("/tasks/")] == [page.url]


def test_with_a_token_of_an_earlier_sign_in_it_loads_the_page_anew(ada: Page):
    ada.context.clear_cookies(name=re.compile("csrftoken"))
    with ada.expect_event("load"):
        turn(ada, HALF_A_MINUTE)
        ada.get_by_role("button", name="Sync now").click()
    fetched(ada)


def test_once_reconnected_elsewhere_its_tasks_are_shown(ada: Page, sync):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    look(ada)
    expect(ada.locator(".sync-status")).to_contain_text("needs reconnecting")
    AsanaAccount.objects.update(status=AsanaAccount.Status.CONNECTED)
    sync()
    turn(ada, A_LOOK)
    knows_news(ada)


def test_without_a_worker_it_says_that_the_list_is_not_being_updated(ada: Page):
    ada.get_by_role("button", name="Sync now").click()
    expect(ada.get_by_text("The list is not being updated at the moment")).to_be_visible()
    expect(ada.locator("#progress")).to_be_hidden()


def test_a_list_whose_version_has_fallen_is_taken(ada: Page):
    """The versions of accounts are added; one was disconnected in another tab."""
    SyncState.objects.update(version=50)
    ada.reload()
    expect(ada.locator("#tasks")).to_have_attribute("data-version", "50")
    Task.objects.filter(name=PLAN).update(name=NEWS)
    SyncState.objects.update(version=3)
    look(ada)
    knows_news(ada)
    expect(ada.locator("#tasks")).to_have_attribute("data-version", "3")
