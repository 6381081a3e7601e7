"""The calendar and the load in a real browser."""

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from asana_tasks.models import Task
from tests.browser.walks import PLAN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("period", ["month=", "week=", "month=2026-11"])
def test_the_calendar_scrolls_sideways_at_no_width(ada: Page, period: str):
    """In the last column, too, stands a name that is too long, with words that are only heard."""
    sunday = date(2026, 11, 8)
    Task.objects.filter(name=PLAN).update(
        name="Long " * 30, due_on=sunday, overdue_at=datetime(2026, 11, 9, tzinfo=UTC)
    )
    ada.goto(f"/tasks/calendar/?{period}")
    for width in range(320, 1921, 80):
        ada.set_viewport_size({"width": width, "height": 800})
        assert ada.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_today_is_in_view(ada: Page):
    ada.set_viewport_size({"width": 390, "height": 500})
    ada.goto("/tasks/calendar/")
    expect(ada.locator(".calendar .today")).to_be_in_viewport()


def test_a_search_stays_in_the_week(ada: Page):
    ada.goto("/tasks/calendar/?week=")
    here = ada.locator("h1").inner_text()
    ada.get_by_label("Search tasks").fill("plan")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/tasks/calendar/?*q=plan*")
    expect(ada.locator("h1")).to_have_text(here)
    ada.get_by_role("link", name="Month", exact=True).click()
    expect(ada.get_by_label("Search tasks")).to_have_value("plan")


def test_on_a_narrow_screen_it_lists_the_days_that_have_something(ada: Page):
    ada.set_viewport_size({"width": 390, "height": 800})
    ada.goto("/tasks/calendar/")
    cells = ada.get_by_role("cell").filter(visible=True)
    assert cells.count() == ada.locator("td:is(:has(li), .today):not(.outside)").count() > 5
    expect(ada.get_by_role("table")).to_have_accessible_name(ada.locator("h1").inner_text())


def test_the_months_lead_there_and_back(ada: Page):
    ada.goto("/tasks/calendar/")
    here = ada.locator("h1").inner_text()
    ada.locator("a[rel=next]").click()
    expect(ada.locator("h1")).not_to_have_text(here)
    ada.get_by_role("link", name="This month").click()
    expect(ada.locator("h1")).to_have_text(here)


def test_a_bar_leads_to_its_day(ada: Page):
    ada.goto("/tasks/")
    bar = ada.locator("#week").get_by_role("link").nth(2)
    name = bar.inner_text()
    bar.click()
    ada.wait_for_url("**/tasks/?due_from=*")
    assert name.split()[0] == str(ada.locator(".task").count())
    expect(ada.locator("#week [aria-current]")).to_have_text(
        re.compile(rf"^\s*{name.split()[0]}\b")
    )


def test_arrows_move_along_the_week_which_is_one_stop(ada: Page):
    ada.goto("/tasks/")
    days = ada.locator("#week").get_by_role("link")
    days.first.focus()
    ada.keyboard.press("ArrowRight")
    ada.keyboard.press("ArrowRight")
    expect(days.nth(2)).to_be_focused()
    ada.keyboard.press("ArrowLeft")
    expect(days.nth(1)).to_be_focused()
    ada.keyboard.press("Tab")
    expect(ada.locator("#week :focus")).to_have_count(0)
