"""The list is replaced under the pointer: what is in view stays where it is."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from asana_tasks.models import SyncState, Task
from tests.browser.walks import fetched, let_intercept, told
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SCROLLED = "scrollY"
ROW_AT = "([x, y]) => document.elementFromPoint(x, y).closest('.task')?.id"
# The ids of three neighbouring rows of one group that are in view; the middle one can be ticked.
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
    """Open the list at `width`, scrolled to its middle, with a clock that tests can move."""
    writer.set_viewport_size({"width": width, "height": 800})
    writer.clock.install()
    writer.goto("/tasks/")
    fetched(writer)
    writer.evaluate("scrollTo(0, 1500)")
    writer.evaluate(FRAMES)
    assert writer.evaluate("scrollY") == 1500
    return writer


def rows_in_view(page: Page) -> list[Locator]:
    """Return three rows in view that follow each other in one group."""
    return [page.locator(f"#{each}") for each in page.evaluate(ROWS_IN_VIEW)]


def writes(asana: StandIn) -> list[dict[str, Any]]:
    return [each for each in asana.requests("/api/1.0/tasks") if each["method"] == "PUT"]


def top(row: Locator) -> float:
    return row.bounding_box()["y"]


def middle(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for_version(page: Page, version: int) -> None:
    """Wait until the list is merged with that of a version, and the page has settled."""
    expect(page.locator("#tasks")).to_have_attribute("data-version", str(version))
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
    told(scrolled, "Completed")
    scrolled.evaluate(FRAMES)
    assert scrolled.evaluate(SCROLLED) == pytest.approx(scroll, abs=2)
    assert top(before) == pytest.approx(position, abs=2)
    assert scrolled.evaluate(ROW_AT, pointer) == after.get_attribute("id")


@WIDTHS
def test_the_second_half_of_a_double_click_completes_no_other_task(scrolled: Page, asana: StandIn):
    _, ticked, after = rows_in_view(scrolled)
    pointer = middle(ticked.locator("button.tick"))
    scrolled.mouse.click(*pointer)
    expect(ticked).to_have_count(0)
    scrolled.mouse.click(*pointer)  # it stands on the next one now
    expect(after).not_to_have_class(re.compile("going"))
    assert len(writes(asana)) == 1
    scrolled.clock.fast_forward(1000)
    scrolled.mouse.click(*pointer)  # this one is meant
    expect(after).to_have_count(0)
    assert len(writes(asana)) == 2


@WIDTHS
def test_a_row_that_comes_under_the_pointer_by_an_update_takes_no_click(
    scrolled: Page, asana: StandIn
):
    _, gone, after = rows_in_view(scrolled)
    pointer = middle(gone.locator("button.tick"))
    scrolled.mouse.move(*pointer)
    Task.objects.filter(pk=gone.get_attribute("id").removeprefix("task-")).delete()
    scrolled.evaluate("swapList()")
    expect(gone).to_have_count(0)
    assert scrolled.evaluate(ROW_AT, pointer) == after.get_attribute("id")
    scrolled.mouse.click(*pointer)
    expect(after).not_to_have_class(re.compile("going"))
    assert writes(asana) == []


@WIDTHS
def test_a_sync_by_itself_moves_nothing(scrolled: Page):
    """A task comes and one goes above, one is renamed in view."""
    before, focused, after = rows_in_view(scrolled)
    focused.focus()
    places = [top(each) for each in (before, focused, after)]
    first, second = Task.objects.open().order_by("overdue_at", "pk")[:2]
    first.delete()
    Task.objects.filter(pk=second.pk).update(name="Renamed above")
    for number in range(3):
        second.pk = None
        second.gid = f"99{number}"
        second.save()
    renamed = after.get_attribute("id").removeprefix("task-")
    Task.objects.filter(pk=renamed).update(name="Renamed in view")
    version = SyncState.objects.get().version + 1
    SyncState.objects.update(version=version)
    scrolled.clock.fast_forward("00:15")
    wait_for_version(scrolled, version)
    expect(after).to_contain_text("Renamed in view")
    assert [top(each) for each in (before, focused, after)] == pytest.approx(places, abs=2)
    expect(focused).to_be_focused()


@WIDTHS
def test_a_date_moved_by_its_menu_moves_that_task_alone(scrolled: Page):
    before, moved, after = rows_in_view(scrolled)
    position = top(before)
    pointer = middle(moved.locator(".task-due"))
    scrolled.mouse.move(*pointer)
    scrolled.mouse.click(*pointer)
    version = SyncState.objects.get().version + 1
    scrolled.get_by_label("New date", exact=True).fill("2031-01-01")
    scrolled.get_by_role("button", name="Set date").click()
    wait_for_version(scrolled, version)
    told(scrolled, "New date")
    assert top(before) == pytest.approx(position, abs=2)
    assert scrolled.evaluate(ROW_AT, pointer) == after.get_attribute("id")
    assert top(moved) > position + 400


def test_the_list_does_not_wait_for_the_panel_of_a_task(writer: Page):
    """The panel may wait for Asana; the list comes from our own database."""
    writer.set_viewport_size({"width": 1280, "height": 800})
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    let_intercept(writer)
    writer.route(re.compile(r"/tasks/\d+/$"), wait)
    first, second, third = (writer.locator(".task").nth(index) for index in range(3))
    gone = writer.locator(f"#{second.get_attribute('id')}")
    first.locator("a.task-name").click()
    gone.locator("button.tick").click()
    third.locator("a.task-name").click()
    expect(gone).to_have_count(0)
    told(writer, "Completed")
    for route in waiting:
        route.abort()
