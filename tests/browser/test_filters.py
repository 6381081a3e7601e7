"""Filters with any number of choices, in a person's hands."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AsanaAccount
from asana_tasks.models import Project, Task
from asana_tasks.sync import engine
from tests.browser.walks import open_filters, several, tick

pytestmark = pytest.mark.django_db(transaction=True)


def count_in(*names: str) -> int:
    placed = Task.objects.open().filter(placements__project__name__in=names)
    return placed.distinct().count()


def test_several_projects_are_ticked_without_closing_the_list(ada: Page):
    open_filters(ada)
    tick(ada, "Project", "Office")
    expect(ada.locator(".task")).to_have_count(count_in("Office"))
    tick(ada, "Project", "Hiring")
    expect(ada.locator(".task")).to_have_count(count_in("Office", "Hiring"))
    expect(ada.get_by_text("Project · 2 chosen")).to_be_visible()
    keys = sorted(str(Project.objects.get(name=name).pk) for name in ("Office", "Hiring"))
    expect(ada).to_have_url(re.compile(f"project={keys[0]}&project={keys[1]}$"))
    ada.get_by_role("link", name="Remove the filter Project: Office").click()
    expect(ada.locator(".task")).to_have_count(count_in("Hiring"))


def test_sections_stay_open_while_they_are_ticked(ada: Page):
    open_filters(ada)
    tick(ada, "Project", "Office")
    expect(ada.locator("#section-choice")).to_be_visible()
    box = tick(ada, "Section", "Money")
    expect(ada.get_by_role("link", name="Remove the filter Section: Money")).to_be_visible()
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    tick(ada, "Project", "Hiring")
    expect(ada.locator("#section-choice")).to_be_hidden()
    expect(ada.locator(".task")).to_have_count(count_in("Office", "Hiring"))


def test_a_long_list_is_narrowed_and_enter_searches_nothing(ada: Page):
    open_filters(ada)
    projects = several(ada, "Project")
    projects.get_by_label("Find in Project").fill("HÍR")
    expect(projects.locator(".check:visible")).to_have_text([re.compile("Hiring")])
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(re.compile(r"/tasks/$"))
    projects.get_by_role("checkbox", name="Hiring").check()
    projects.get_by_label("Find in Project").fill("office")
    expect(projects.locator(".check:visible")).to_have_text(
        [re.compile("Hiring"), re.compile("Office")]
    )


def test_escape_closes_it_and_the_keyboard_reaches_each_box(ada: Page):
    open_filters(ada)
    summary = ada.locator(".several > summary", has_text="Kind")
    summary.focus()
    ada.keyboard.press("Enter")
    ada.keyboard.press("Tab")
    ada.keyboard.press("Space")
    expect(ada).to_have_url(re.compile("kind="))
    ada.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(ada.locator(".several[open]")).to_have_count(0)
    expect(ada.locator(".filters[open]")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_list_of_choices_is_wider_than_the_page(ada: Page, width: int):
    ada.set_viewport_size({"width": width, "height": 800})
    Project.objects.filter(name="Hiring").update(name="Donaudampfschiffahrt" * 10)
    open_filters(ada)
    for summary in ada.locator(".several > summary").all():
        if summary.is_visible():
            summary.click()
            assert ada.evaluate("() => document.documentElement.scrollWidth") <= width
            box = ada.locator(".several[open] input[type=checkbox]").first.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24


def test_custom_fields_are_allowed_and_then_filter_the_list(ada: Page):
    open_filters(ada)
    ada.get_by_role("link", name="Custom fields").click()
    ada.get_by_role("button", name="Allow custom fields").click()
    expect(ada.get_by_text("Custom fields are read with each sync.")).to_be_visible()
    assert engine.run_sync(AsanaAccount.objects.get()).state == "done"
    ada.goto("/tasks/")
    open_filters(ada)
    tick(ada, "Priority", "High")
    expect(ada.locator(".task")).to_have_count(
        Task.objects.open().with_field_value("Priority", ["High"]).count()
    )
    ada.get_by_label("Group by").select_option("Priority")
    expect(ada.locator(".group > h2")).to_have_text([re.compile(r"High\s+\d+")])
    ada.get_by_label("Hours from").fill("1")
    ada.get_by_label("Hours from").press("Enter")
    expect(ada.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(ada.get_by_role("link", name="Remove the filter Hours from: 1")).to_be_visible()
