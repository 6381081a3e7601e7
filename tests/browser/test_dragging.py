"""A task is dragged by its name onto a day, by the coordinates of a mouse."""

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from asana_tasks.dates import NEVER
from asana_tasks.models import SyncState, Task
from tests.browser.test_staying_in_place import FRAMES, middle, writes
from tests.browser.walks import PLAN, answer_asana, choose, row, told
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
IN_VIEW = """() => [...document.querySelectorAll(".task")].find((task) => {
  const box = task.getBoundingClientRect();
  return box.top > 100 && box.bottom < innerHeight - 100;
}).id"""


def today() -> date:
    return datetime.now(UTC).date()


def name_of(task: Locator) -> Locator:
    return task.locator(".task-name")


def drag(page: Page, task: Locator, to: Locator) -> None:
    """Drag a task onto something, of which the place is known only when the drag has begun."""
    box = name_of(task).bounding_box()
    x, y = box["x"] + 10, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y + 8, steps=4)
    expect(page.locator("html.dragging")).to_have_count(1)
    page.mouse.move(*middle(to), steps=4)
    expect(page.locator(".dropping")).to_have_count(1)
    page.mouse.up()
    expect(page.locator("html.dragging, .dropping")).to_have_count(0)


def day_of(asana: StandIn, task: Task) -> str:
    return str(asana.task(task.gid)["due_on"])


@pytest.fixture
def wide(writer: Page, width: int) -> Page:
    writer.set_viewport_size({"width": width, "height": 800})
    return writer


# Onto the strip of the week


@WIDTHS
def test_a_task_gets_the_day_of_the_strip_and_the_list_stays(wide: Page, asana: StandIn):
    page = wide
    page.evaluate("scrollTo(0, 1500)")
    page.evaluate(FRAMES)
    key = page.evaluate(IN_VIEW)
    task = Task.objects.get(pk=key.removeprefix("task-"))
    day = (today() + timedelta(days=3)).isoformat()
    scroll = page.evaluate("scrollY")
    drag(page, page.locator(f"#{key}"), page.locator(f"#week-{day}"))
    told(page, task.title)
    expect(page.locator(f"#{key} .task-due")).to_have_attribute("datetime", day)
    page.evaluate(FRAMES)
    assert page.evaluate("scrollY") == pytest.approx(scroll, abs=60)  # its row has left
    assert day_of(asana, task) == day
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#{key} .task-due")).not_to_have_attribute("datetime", day)
    assert day_of(asana, task) == str(task.due_on)


def test_selected_tasks_come_along(writer: Page, asana: StandIn):
    for name in (PLAN, "Dentist"):
        choose(writer, name)
    day = (today() + timedelta(days=4)).isoformat()
    drag(writer, row(writer, PLAN), writer.locator(f"#week-{day}"))
    told(writer, "Dentist")
    for name in (PLAN, "Dentist"):
        assert day_of(asana, Task.objects.get(name=name)) == day


def test_on_what_is_overdue_and_elsewhere_it_changes_nothing(writer: Page, asana: StandIn):
    box = name_of(row(writer, PLAN)).bounding_box()
    writer.mouse.move(box["x"] + 10, box["y"] + 10)
    writer.mouse.down()
    writer.mouse.move(box["x"] + 20, box["y"] + 20, steps=4)
    expect(writer.locator("html.dragging")).to_have_count(1)
    writer.mouse.move(*middle(writer.locator("#week-overdue")), steps=4)
    expect(writer.locator(".dropping")).to_have_count(0)
    writer.mouse.up()
    expect(writer.locator("html.dragging")).to_have_count(0)
    assert writes(asana) == []


def test_on_the_day_that_it_has_it_changes_nothing(writer: Page, asana: StandIn):
    Task.objects.filter(name=PLAN).update(due_on=today(), due_at=None)
    writer.reload()
    drag(writer, row(writer, PLAN), writer.locator(f"#week-{today()}"))
    expect(writer.locator(".report")).to_have_count(0)
    assert writes(asana) == []


def test_no_sync_is_merged_while_a_task_is_dragged(writer: Page):
    page = writer
    page.clock.install()
    page.goto("/tasks/")
    page.wait_for_function("() => timer !== undefined")  # the first look is over
    shown = SyncState.objects.get().version
    box = name_of(row(page, PLAN)).bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=4)
    page.clock.run_for(10)
    expect(page.locator("html.dragging")).to_have_count(1)
    SyncState.objects.update(version=shown + 1)
    before = page.evaluate("timer")
    page.clock.fast_forward("00:15")
    page.wait_for_function("before => ![undefined, before].includes(timer)", arg=before)
    expect(page.locator("#tasks")).to_have_attribute("data-version", str(shown))
    page.mouse.up()
    expect(page.locator("html.dragging")).to_have_count(0)
    page.clock.fast_forward("00:02")
    expect(page.locator("#tasks")).to_have_attribute("data-version", str(shown + 1))


def test_asana_is_asked_for_the_permission_that_is_missing(ada: Page, asana: StandIn):
    day = (today() + timedelta(days=3)).isoformat()
    drag(ada, row(ada, PLAN), ada.locator(f"#week-{day}"))
    expect(ada.get_by_role("heading", name="May Onelist change your tasks?")).to_be_visible()
    answer_asana(ada, "Allow")
    told(ada, PLAN)
    assert day_of(asana, Task.objects.get(name=PLAN)) == day


# Onto a day of the calendar


def put(name: str, day: date) -> Task:
    end = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    Task.objects.filter(name=name).update(due_on=day, due_at=None, overdue_at=end)
    return Task.objects.get(name=name)


@pytest.fixture
def other_day() -> date:
    """Return a day of this week that is not today."""
    monday = today() - timedelta(days=today().weekday())
    return monday if today() != monday else monday + timedelta(days=1)


@pytest.fixture
def plan(ada: Page, other_day: date) -> Task:
    """Return a task of today; another one is due on `other_day`, and no more have a date."""
    Task.objects.update(due_on=None, due_at=None, overdue_at=NEVER)
    put("Dentist", other_day)
    return put(PLAN, today())


@pytest.mark.parametrize(("width", "height"), [(1280, 500), (390, 400)])
def test_a_task_gets_the_day_of_the_calendar(
    writer: Page, plan: Task, other_day: date, asana: StandIn, width: int, height: int
):
    page = writer
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/tasks/calendar/?week=")
    page.evaluate("scrollTo(0, 60)")
    page.evaluate(FRAMES)
    assert page.evaluate("scrollY") == 60
    entry = page.locator(f"#task-{plan.pk}")
    drag(page, entry, page.locator(f"#day-{other_day} .day"))
    scroll = page.evaluate("scrollY")  # a browser scrolls by itself while the drag is at an edge
    told(page, PLAN)
    expect(page.locator(f"#day-{other_day} #task-{plan.pk}")).to_have_count(1)
    assert day_of(asana, plan) == str(other_day)
    page.evaluate(FRAMES)
    assert page.evaluate("scrollY") == scroll
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#day-{today()} #task-{plan.pk}")).to_have_count(1)
    assert day_of(asana, plan) == str(today())
    assert page.evaluate("scrollY") == scroll


def test_the_permission_leads_back_to_the_calendar(
    ada: Page, plan: Task, other_day: date, asana: StandIn
):
    ada.goto("/tasks/calendar/?week=")
    drag(ada, ada.locator(f"#task-{plan.pk}"), ada.locator(f"#day-{other_day}"))
    answer_asana(ada, "Allow")
    ada.wait_for_url("**/tasks/calendar/?week=")
    told(ada, PLAN)
    expect(ada.locator(f"#day-{other_day} #task-{plan.pk}")).to_have_count(1)
    assert day_of(asana, plan) == str(other_day)
