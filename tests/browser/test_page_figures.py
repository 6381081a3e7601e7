"""Count what can be counted of the list: tasks in sight, nodes, stops, keys. Never seconds."""

import pytest
from playwright.sync_api import Page, expect

from asana_tasks.models import Task
from tests.browser.walks import PLAN, row, told
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

VISIBLE = """() => [...document.querySelectorAll(".task")].filter((task) => {
  const box = task.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight;
}).length"""
FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
  .filter((each) => each.checkVisibility() && each.tabIndex >= 0).length"""


@pytest.mark.parametrize(
    ("width", "height", "least"),
    [(1280, 800, 16), (1440, 900, 20), (390, 844, 9), (640, 400, 5)],  # the last: 200 % zoom
)
def test_as_many_tasks_are_in_sight(ada: Page, width: int, height: int, least: int):
    ada.set_viewport_size({"width": width, "height": height})
    ada.goto("/tasks/")
    assert ada.evaluate(VISIBLE) >= least
    assert ada.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "tall"), [(1280, 36), (390, 56), (320, 56)])
def test_a_row_is_one_line_and_two_on_a_phone(ada: Page, width: int, tall: int):
    ada.set_viewport_size({"width": width, "height": 800})
    ada.goto("/tasks/")
    heights = ada.locator(".task").evaluate_all("all => all.map((each) => each.offsetHeight)")
    assert set(heights) <= {tall, tall + 1}
    assert ada.evaluate("document.documentElement.scrollWidth") <= width


def test_the_list_begins_at_once(ada: Page):
    ada.set_viewport_size({"width": 1280, "height": 800})
    ada.goto("/tasks/")
    assert ada.locator(".task").first.bounding_box()["y"] <= 170
    assert ada.locator(".task").count() >= 65
    assert ada.evaluate("document.querySelectorAll('*').length") <= 1_100
    assert ada.evaluate(FOCUSABLE) <= 160


def test_eight_stops_lead_to_the_first_task(ada: Page):
    ada.goto("/tasks/")
    stops = 0
    ada.keyboard.press("Tab")
    while not ada.evaluate("Boolean(document.activeElement.closest('.task'))"):
        stops += 1
        assert stops <= 8
        ada.keyboard.press("Tab")
    assert ada.evaluate("document.activeElement.className") == "tick"


def test_two_keys_move_a_task_to_tomorrow_and_one_takes_it_back(writer: Page, asana: StandIn):
    task = Task.objects.get(name=PLAN)
    before = str(task.due_on)
    row(writer, PLAN).focus()
    writer.keyboard.press("t")
    writer.keyboard.press("m")
    told(writer, "New date")
    assert asana.task(task.gid)["due_on"] > before
    writer.keyboard.press("z")
    expect(writer.locator(".report")).to_have_count(1)
    expect(row(writer, PLAN).locator("time")).to_have_text("Today")
    assert asana.task(task.gid)["due_on"] == before


def test_keys_work_with_caps_lock_and_another_layout_and_can_be_switched_off(ada: Page):
    press = """([key, code]) => document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""
    first, second, third = (ada.locator(".task").nth(index) for index in range(3))
    ada.evaluate(press, ["J", "KeyJ"])  # Caps Lock
    expect(first).to_be_focused()
    ada.evaluate(press, ["\u043e", "KeyJ"])  # Cyrillic
    expect(second).to_be_focused()
    ada.keyboard.press("?")
    with ada.expect_response("**/tasks/preferences/keys/"):
        ada.get_by_label("Use these keys").uncheck()
    ada.keyboard.press("Escape")
    second.focus()
    ada.keyboard.press("j")
    expect(second).to_be_focused()
    ada.keyboard.press("?")
    expect(ada.get_by_role("dialog")).to_be_hidden()
    expect(third).not_to_be_focused()
    ada.reload()
    ada.keyboard.press("j")
    expect(first).not_to_be_focused()


def test_composed_letters_are_no_keys(ada: Page):
    ada.locator(".task").first.focus()
    ada.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        { key: "j", code: "KeyJ", isComposing: true, bubbles: true }))"""
    )
    expect(ada.locator(".task").first).to_be_focused()


def test_shift_extends_a_selection_and_escape_leaves_the_search_with_its_text(ada: Page):
    ada.locator(".task").first.focus()
    ada.keyboard.press("x")
    ada.keyboard.press("Shift+j")
    ada.keyboard.press("Shift+j")
    expect(ada.locator(".task.chosen")).to_have_count(3)
    ada.keyboard.press("/")
    ada.keyboard.type("dent")
    expect(ada.locator(".task")).to_have_count(1)
    ada.keyboard.press("Escape")
    expect(ada.get_by_label("Search tasks")).to_have_value("dent")
    expect(ada.get_by_label("Search tasks")).not_to_be_focused()
    ada.keyboard.press("/")
    ada.keyboard.press("ArrowDown")
    expect(ada.locator(".task").first).to_be_focused()


def test_nothing_is_layout_shifted_by_an_update_in_the_background(ada: Page):
    ada.evaluate(
        """() => { window.shifts = 0; new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: false }); }"""
    )
    Task.objects.filter(name="Dentist").update(name="Dentist, again")
    ada.evaluate("void swapList()")
    expect(row(ada, "Dentist, again")).to_be_visible()
    ada.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert ada.evaluate("window.shifts") == 0
