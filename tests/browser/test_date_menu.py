"""The menu of dates: chosen by a key, typed, with a time of day, and what its labels say."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from asana_tasks.models import Task
from tests.browser.axe import violations
from tests.browser.walks import PLAN, enter, row, told
from tests.people import Person
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)


def due(asana: StandIn, name: str = PLAN) -> tuple[str | None, str | None]:
    task = asana.task(Task.objects.get(name=name).gid)
    return task["due_on"], task["due_at"]


def menu(page: Page) -> Locator:
    return page.locator("#date-menu")


def field(page: Page) -> Locator:
    return menu(page).get_by_label("Type a date")


def press(page: Page, *keys: str, name: str = PLAN) -> None:
    """Press keys while that row has the focus."""
    row(page, name).focus()
    for key in keys:
        page.keyboard.press(key)


def test_two_keys_choose_a_date(writer: Page, asana: StandIn):
    press(writer, "t", "n")
    told(writer, f"New date (none): {PLAN}")
    assert due(asana) == (None, None)
    expect(row(writer, PLAN)).to_be_focused()


def test_what_begins_a_date_is_typed_at_once(writer: Page, asana: StandIn):
    press(writer, "t", "4")
    expect(field(writer)).to_be_focused()
    writer.keyboard.type(" mar 2027")
    writer.keyboard.press("Enter")
    told(writer, f"New date (Thu 4 Mar 2027): {PLAN}")
    assert due(asana)[0] == "2027-03-04"
    expect(menu(writer)).to_be_hidden()
    expect(row(writer, PLAN)).to_be_focused()
    writer.keyboard.press("z")
    expect(writer.locator(".report", has_text="New date")).to_have_count(1)
    assert due(asana)[0] != "2027-03-04"


def test_after_a_slash_it_may_begin_with_a_letter_that_is_a_key(writer: Page, asana: StandIn):
    press(writer, "t", "/")
    writer.keyboard.type("tomorrow 15:00")
    writer.keyboard.press("Enter")
    told(writer, "15:00): Write the plan")
    expect(row(writer, PLAN).locator(".task-due")).to_have_text("Tomorrow, 15:00")
    assert due(asana)[1] is not None


def test_what_is_no_date_is_told_and_changes_nothing(writer: Page, asana: StandIn):
    before = due(asana)
    press(writer, "t", "s")
    writer.keyboard.type("oon")
    writer.keyboard.press("Enter")
    told(writer, "“soon” isn't a date. Write it like fri, 12 dec")
    assert due(asana) == before
    press(writer, "t")
    expect(field(writer)).to_have_value("")


def test_the_menu_of_another_task_forgets_what_was_typed(writer: Page):
    press(writer, "t", "f")
    expect(field(writer)).to_have_value("f")
    writer.keyboard.press("Escape")
    press(writer, "t", name="Dentist")
    expect(field(writer)).to_have_value("")
    expect(menu(writer).get_by_role("button", name="Today")).to_be_focused()


def test_a_time_of_day_is_set_and_taken_away(writer: Page, asana: StandIn):
    press(writer, "t")
    expect(menu(writer).get_by_role("button", name="No time of day")).to_be_hidden()
    menu(writer).get_by_label("New date").fill("2027-03-04")
    menu(writer).get_by_label("Time of day", exact=True).fill("15:00")
    menu(writer).get_by_label("Time of day", exact=True).press("Enter")
    told(writer, "New date (Thu 4 Mar 2027, 15:00)")
    assert due(asana)[1] is not None
    expect(row(writer, PLAN).locator(".task-due")).to_contain_text("15:00")
    press(writer, "t")
    menu(writer).get_by_role("button", name="No time of day").click()
    expect(row(writer, PLAN).locator(".task-due")).to_have_text("Thu 4 Mar 2027")
    assert due(asana) == ("2027-03-04", None)


def test_after_a_click_in_the_menu_no_second_key_chooses(writer: Page, asana: StandIn):
    press(writer, "t")
    menu(writer).get_by_role("button", name="No date").click()
    told(writer, f"New date (none): {PLAN}")
    press(writer, "t", name="Dentist")
    expect(menu(writer).locator(".menu-title")).to_have_text("Dentist")
    expect(menu(writer)).to_be_visible()
    assert due(asana) == (None, None)


@pytest.mark.parametrize(("days", "says"), [(-3, "from today: "), (0, ""), (10, "")])
def test_a_week_later_says_when_that_is_and_from_when(writer: Page, days: int, says: str):
    today = datetime.now(UTC).date()
    day = today + timedelta(days=days)
    Task.objects.filter(name=PLAN).update(due_on=day, due_at=None)
    writer.reload()
    press(writer, "t")
    button = menu(writer).get_by_role("button", name="One week later")
    expect(button).to_contain_text(says + in_words(max(day, today) + timedelta(days=7)))


def in_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def test_for_several_it_says_no_day(writer: Page):
    press(writer, "t")
    writer.keyboard.press("Escape")
    row(writer, PLAN).focus()
    writer.keyboard.press("x")
    writer.get_by_role("button", name="Change the date of the selected tasks").click()
    button = menu(writer).get_by_role("button", name="One week later")
    expect(button).to_have_text(re.compile(r"^\s*One week later\s*$"))
    field(writer).fill("4 mar 2027")
    field(writer).press("Enter")
    told(writer, "New date (Thu 4 Mar 2027)")


def test_without_javascript_a_date_is_typed_on_the_tasks_own_page(
    page_without_javascript: Page, owner_with_tasks: Person, asana: StandIn
):
    page = page_without_javascript
    owner_with_tasks.allow_writing(asana)
    enter(page, owner_with_tasks)
    page.get_by_role("link", name=PLAN, exact=True).click()
    page.get_by_label(f"Change the date: {PLAN}").click()
    page.get_by_label("Type a date").fill("4 mar 2027 15:00")
    page.get_by_label("Type a date").press("Enter")
    told(page, "New date (Thu 4 Mar 2027, 15:00)")
    page.get_by_label(f"Change the date: {PLAN}").click()
    page.get_by_role("button", name="No time of day").click()
    assert due(asana) == ("2027-03-04", None)
    page.get_by_label(f"Change the date: {PLAN}").click()
    page.get_by_label("Type a date").fill("soon")
    page.get_by_role("button", name="Set the date that is typed").click()
    told(page, "“soon” isn't a date")


@pytest.mark.parametrize(("width", "height"), [(320, 800), (1280, 600), (1280, 300)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_violation_and_fits(writer: Page, width: int, height: int, scheme: str):
    writer.set_viewport_size({"width": width, "height": height})
    writer.emulate_media(color_scheme=scheme)
    press(writer, "t")
    assert violations(writer, "#tasks") == []
    box = menu(writer).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    assert writer.evaluate("document.documentElement.scrollWidth") <= width
