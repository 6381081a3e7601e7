"""A page that stays open when the day ends. Tests move the browser's clock."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route

from asana_tasks.models import Task
from tests.browser.walks import PLAN, choose, let_intercept, row
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)
A_MILLISECOND = timedelta(milliseconds=1)
MARK = "document.documentElement.dataset.old = 'yes'"
IS_NEW = "() => !document.documentElement.dataset.old && document.readyState === 'complete'"


def turn(page: Page, time: timedelta) -> None:
    page.clock.fast_forward(time // A_MILLISECOND)


@pytest.fixture
def open_page(ada: Page, owner_with_tasks: Person, request: pytest.FixtureRequest) -> Page:
    """Open a page in a time zone that it does not correct; its clock is the test's."""
    type(owner_with_tasks.user).objects.update(time_zone="UTC")
    ada.clock.install()
    path = getattr(request, "param", "/tasks/")
    ada.goto(path.format(task=Task.objects.get(name=PLAN).pk))
    ada.evaluate(MARK)
    return ada


@pytest.fixture
def asked(open_page: Page) -> list[str]:
    """Return the addresses for which the page asks whether they answer, before it loads them."""
    found: list[str] = []
    open_page.on("request", lambda each: found.append(each.url) if each.method == "HEAD" else None)
    return found


@pytest.mark.parametrize(
    "open_page",
    [
        "/tasks/?group=project",
        "/tasks/calendar/?month=2026-11",
        "/insights/",
        "/tasks/{task}/",
    ],
    indirect=True,
)
def test_when_the_day_has_ended_a_page_is_loaded_anew(open_page: Page, asked: list[str]):
    address = open_page.url
    turn(open_page, timedelta(days=1))
    open_page.wait_for_function(IS_NEW)
    assert (open_page.url, asked) == (address, [address])


def test_it_waits_while_tasks_are_selected(open_page: Page, asked: list[str]):
    box = choose(open_page, PLAN)
    turn(open_page, timedelta(days=1))
    assert box.is_checked()
    box.uncheck()
    turn(open_page, timedelta(minutes=1))
    open_page.wait_for_function(IS_NEW)
    assert len(asked) == 1


def test_it_waits_while_a_field_has_the_focus(open_page: Page, asked: list[str]):
    search = open_page.get_by_label("Search tasks")
    search.focus()
    turn(open_page, timedelta(days=1))
    search.blur()
    turn(open_page, timedelta(minutes=1))
    open_page.wait_for_function(IS_NEW)
    assert len(asked) == 1


@pytest.mark.parametrize("open_page", ["/tasks/{task}/"], indirect=True)
def test_it_waits_for_what_was_typed_and_not_sent(open_page: Page, asked: list[str]):
    open_page.get_by_label(f"Change the date: {PLAN}").click()
    date = open_page.get_by_label("Type a date")
    date.fill("fri")
    date.blur()
    turn(open_page, timedelta(days=1))
    assert date.input_value() == "fri"
    date.fill("")
    date.blur()
    turn(open_page, timedelta(minutes=1))
    open_page.wait_for_function(IS_NEW)
    assert len(asked) == 1


def test_without_an_answer_the_last_copy_stays(open_page: Page, asked: list[str]):
    def refuse(route: Route) -> None:
        route.abort() if route.request.method == "HEAD" else route.fallback()

    open_page.route("**/tasks/", refuse)
    let_intercept(open_page)
    with open_page.expect_event("requestfailed"):
        turn(open_page, timedelta(days=1))
    assert row(open_page, PLAN).is_visible()
    open_page.unroute("**/tasks/")
    turn(open_page, timedelta(minutes=1))
    open_page.wait_for_function(IS_NEW)
    assert len(asked) == 2
