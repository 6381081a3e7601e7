"""The list is replaced under the pointer: what is in view stays where it is."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.walks import fetched

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# How far the page is scrolled, apart from what stands above the groups (as the report).
SCROLLED = "() => -document.querySelector('.group').getBoundingClientRect().top"
ROW_AT = "([x, y]) => document.elementFromPoint(x, y).closest('.task')?.id"
# A row in view that can be ticked, between two of its group that are in view, too.
ROWS_IN_VIEW = """() => {
  const inView = [...document.querySelectorAll(".task")].filter((task) => {
    const box = task.getBoundingClientRect();
    return box.top > 0 && box.bottom < innerHeight;
  });
  const beside = (task) => [task.previousElementSibling, task, task.nextElementSibling];
  const ticks = inView.filter((task) => task.querySelector("button.tick"));
  const middle = ticks.find((task) => beside(task).every((each) => inView.includes(each)));
  return beside(middle).map((each) => each.id);
}"""


@pytest.fixture
def scrolled(writer: Page, width: int) -> Page:
    """The list at a width, scrolled to its middle; the page's clock can be turned."""
    writer.set_viewport_size({"width": width, "height": 800})
    writer.clock.install()
    writer.goto("/tasks/")
    fetched(writer)
    writer.evaluate("scrollTo(0, 1500)")
    writer.evaluate(FRAMES)
    assert writer.evaluate("scrollY") == 1500
    return writer


def rows_in_view(page: Page) -> list[Locator]:
    """Three that follow each other in one group."""
    return [page.locator(f"#{each}") for each in page.evaluate(ROWS_IN_VIEW)]


def top(row: Locator) -> float:
    return row.bounding_box()["y"]


def middle(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for_swap(page: Page, old: Any) -> None:
    """Until `old` list has been replaced and the page has settled."""
    page.wait_for_function("old => !old.isConnected", arg=old)
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator(".htmx-settling")).to_have_count(0)
    page.evaluate(FRAMES)


@WIDTHS
def test_a_tick_brings_the_next_task_under_the_pointer(scrolled: Page):
    before, ticked, after = rows_in_view(scrolled)
    position, scroll = top(before), scrolled.evaluate(SCROLLED)
    pointer = middle(ticked.locator("button.tick"))
    scrolled.mouse.click(*pointer)
    expect(ticked).to_have_count(0)
    expect(scrolled.locator(".report")).to_contain_text("Completed")
    scrolled.evaluate(FRAMES)
    assert scrolled.evaluate(SCROLLED) == pytest.approx(scroll, abs=2)
    assert top(before) == pytest.approx(position, abs=2)
    assert scrolled.evaluate(ROW_AT, pointer) == after.get_attribute("id")


@WIDTHS
def test_with_the_head_of_the_list_in_view_the_report_is_shown(scrolled: Page):
    scrolled.evaluate("scrollTo(0, 200)")
    scrolled.evaluate(FRAMES)
    _, ticked, _ = rows_in_view(scrolled)
    scrolled.mouse.click(*middle(ticked.locator("button.tick")))
    expect(ticked).to_have_count(0)
    scrolled.evaluate(FRAMES)
    assert scrolled.evaluate("scrollY") == pytest.approx(200, abs=2)
    expect(scrolled.locator(".report")).to_be_in_viewport()


@WIDTHS
def test_a_refresh_by_itself_moves_nothing(scrolled: Page):
    _, focused, _ = rows_in_view(scrolled)
    focused.focus()
    position, old = top(focused), scrolled.query_selector("#tasks")
    scrolled.clock.fast_forward("25:00:00")
    wait_for_swap(scrolled, old)
    assert scrolled.evaluate("scrollY") == pytest.approx(1500, abs=2)
    assert top(focused) == pytest.approx(position, abs=2)
    expect(focused).to_be_focused()


@WIDTHS
def test_a_date_moved_by_its_menu_moves_that_task_alone(scrolled: Page):
    before, moved, _ = rows_in_view(scrolled)
    position, scroll = top(before), scrolled.evaluate(SCROLLED)
    old = scrolled.query_selector("#tasks")
    scrolled.mouse.click(*middle(moved.locator("summary").last))
    scrolled.mouse.click(*middle(moved.get_by_role("button", name="One week later")))
    wait_for_swap(scrolled, old)
    expect(scrolled.locator(".report")).to_contain_text("New date")
    assert scrolled.evaluate(SCROLLED) == pytest.approx(scroll, abs=2)
    assert top(before) == pytest.approx(position, abs=2)
    assert top(moved) > position + 800


def test_the_list_does_not_wait_for_the_panel_of_a_task(writer: Page):
    """The panel may wait for Asana; the list comes from our own database."""
    writer.set_viewport_size({"width": 1280, "height": 800})
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    writer.route(re.compile(r"/tasks/\d+/$"), wait)
    first, second, third = (writer.locator(".task").nth(index) for index in range(3))
    gone = writer.locator(f"#{second.get_attribute('id')}")
    first.locator("a.task-name").click()
    gone.locator("button.tick").click()
    third.locator("a.task-name").click()
    expect(gone).to_have_count(0)
    expect(writer.locator(".report")).to_contain_text("Completed")
    for route in waiting:
        route.abort()
