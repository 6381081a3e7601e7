"""The calendar follows syncs, has the keys of the list, and opens tasks beside."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from asana_tasks.dates import NEVER
from asana_tasks.models import SyncState, Task
from tests.browser.test_staying_in_place import FRAMES, top, wait_for_version
from tests.browser.walks import PLAN, told
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
NEWS = "Write the new plan"


def put(name: str, day: datetime) -> Task:
    """Put a task on the day of a moment."""
    due = {"due_on": day.date(), "due_at": None, "overdue_at": day.replace(hour=23, minute=59)}
    Task.objects.filter(name=name).update(**due)
    return Task.objects.get(name=name)


def new_version() -> int:
    version = SyncState.objects.get().version + 1
    SyncState.objects.update(version=version)
    return version


def entry(page: Page, task: Task) -> Locator:
    return page.locator(f"#task-{task.pk}")


def open_week(page: Page) -> None:
    page.goto("/tasks/calendar/?week=")
    page.wait_for_function("() => timer !== undefined")  # the first look is over


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def calendar(writer: Page, now: datetime) -> Page:
    """Open this week, in which two tasks are due today, with a clock that tests can move."""
    Task.objects.update(due_on=None, due_at=None, overdue_at=NEVER)
    put(PLAN, now)
    put("Dentist", now)
    writer.clock.install()
    open_week(writer)
    return writer


def test_what_a_sync_has_changed_shows_within_one_look(calendar: Page, now: datetime):
    plan = Task.objects.get(name=PLAN)
    Task.objects.filter(pk=plan.pk).update(name=NEWS)
    moved = put("Dentist", now + timedelta(days=60))
    version = new_version()
    calendar.clock.fast_forward("00:15")
    wait_for_version(calendar, version)
    expect(entry(calendar, plan)).to_contain_text(NEWS)
    expect(entry(calendar, moved)).to_have_count(0)


@WIDTHS
def test_focus_place_and_typed_text_stay(calendar: Page, now: datetime, width: int):
    calendar.set_viewport_size({"width": width, "height": 300})
    open_week(calendar)
    plan = Task.objects.get(name=PLAN)
    link = entry(calendar, plan).get_by_role("link")
    calendar.get_by_label("Search tasks").fill("half a wo")
    link.focus()
    link.scroll_into_view_if_needed()
    calendar.evaluate(FRAMES)
    place, scroll = top(link), calendar.evaluate("scrollY")
    put("Stand-up", now)
    Task.objects.filter(pk=plan.pk).update(name=NEWS)
    version = new_version()
    calendar.clock.fast_forward("00:15")
    wait_for_version(calendar, version)
    expect(link).to_contain_text(NEWS)
    expect(link).to_be_focused()
    expect(calendar.get_by_role("link", name="Stand-up")).to_have_count(1)
    assert top(link) == pytest.approx(place, abs=2)
    assert calendar.evaluate("scrollY") == scroll
    expect(calendar.get_by_label("Search tasks")).to_have_value("half a wo")


def test_an_open_menu_and_what_is_typed_into_it_stay(calendar: Page):
    plan = Task.objects.get(name=PLAN)
    entry(calendar, plan).focus()
    calendar.keyboard.press("t")
    calendar.keyboard.press("/")
    calendar.keyboard.type("half a da")
    Task.objects.filter(pk=plan.pk).update(name=NEWS)
    version = new_version()
    calendar.clock.fast_forward("00:15")
    wait_for_version(calendar, version)
    expect(entry(calendar, plan)).to_contain_text(NEWS)
    expect(calendar.get_by_label("Type a date")).to_have_value("half a da")
    expect(calendar.get_by_label("Type a date")).to_be_focused()


def test_two_keys_move_a_task_and_the_focus_goes_along(
    calendar: Page, now: datetime, asana: StandIn
):
    plan = Task.objects.get(name=PLAN)
    calendar.goto("/tasks/calendar/")
    entry(calendar, plan).get_by_role("link").focus()
    calendar.keyboard.press("t")
    expect(calendar.locator("#date-menu")).to_contain_text("One week later")
    calendar.keyboard.press("m")
    told(calendar, PLAN)
    tomorrow = (now + timedelta(days=1)).date()
    assert asana.task(plan.gid)["due_on"] == str(tomorrow)
    expect(calendar.locator(f"#day-{now.date()} #task-{plan.pk}")).to_have_count(0)
    if calendar.locator(f"#day-{tomorrow}").count():
        expect(calendar.locator(f"#day-{tomorrow} #task-{plan.pk}")).to_be_focused()
    calendar.keyboard.press("z")
    expect(calendar.locator(f"#day-{now.date()} #task-{plan.pk}")).to_have_count(1)
    assert asana.task(plan.gid)["due_on"] == str(plan.due_on)


def test_a_task_that_is_completed_beside_is_struck_through(calendar: Page):
    calendar.set_viewport_size({"width": 1280, "height": 800})
    plan = Task.objects.get(name=PLAN)
    entry(calendar, plan).get_by_role("link").click()
    beside = calendar.locator("#beside")
    expect(beside.get_by_role("heading", name=PLAN)).to_be_visible()
    expect(calendar).to_have_url(f"{calendar.url.split('?')[0]}?week=&task={plan.pk}")
    expect(entry(calendar, plan)).to_have_attribute("aria-current", "true")
    beside.get_by_role("button", name=f"Complete: {PLAN}").click()
    told(calendar, f"Completed: {PLAN}")
    expect(entry(calendar, plan).locator("s")).to_have_text(PLAN)
    calendar.keyboard.press("Escape")
    expect(beside).to_be_hidden()


def test_arrows_go_from_task_to_task(calendar: Page):
    tasks = calendar.locator(".calendar .task")
    tasks.first.focus()
    calendar.keyboard.press("ArrowDown")
    expect(tasks.nth(1)).to_be_focused()
    calendar.keyboard.press("k")
    expect(tasks.first).to_be_focused()


def test_selecting_is_for_the_list(calendar: Page):
    calendar.locator(".calendar .task").first.focus()
    calendar.keyboard.press("x")
    expect(calendar.locator(".chosen")).to_have_count(0)
