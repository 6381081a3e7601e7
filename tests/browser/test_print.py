"""Print on A4: one page for what fits on one, and nothing cut."""

import re

import pytest
from playwright.sync_api import Page, expect

from asana_tasks.models import Task, Workspace
from tests.asana_tasks.rows import add_tasks

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = re.compile(rb"/Type\s*/Page\b")
LONG = (
    "A name that is as long as the names that people give who tell the whole story in it, and then"
)
CUT = """() => [...document.querySelectorAll("main *")]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).clipPath === "none")
  .filter((each) => getComputedStyle(each).overflowX !== "visible")
  .filter((each) => each.scrollWidth > each.clientWidth)
  .map((each) => each.outerHTML)"""
COLOURS = """() => [...document.querySelectorAll("main *")]
  .map((each) => getComputedStyle(each).color)"""
OF_NO_USE = ".top, .bar, .week, .months, .calendar-filters, .foot, .site-foot, .tick, .row-tools"


def print_pages(page: Page, path: str) -> int:
    """Return how many pages of A4 it is; check that nothing on them is cut or of no use."""
    page.goto(path)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1047})  # A4 without margins
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.locator(OF_NO_USE).locator("visible=true").count() == 0
    return len(PAGE.findall(page.pdf(format="A4", prefer_css_page_size=True)))


def test_68_tasks_are_one_page(ada: Page):
    more = 68 - Task.objects.open().count()
    add_tasks(Workspace.objects.first(), *({"name": f"Another {n}"} for n in range(more)))
    assert print_pages(ada, "/tasks/") == 1
    expect(ada.locator(".task:visible")).to_have_count(68)


def test_a_long_name_is_printed_whole(ada: Page):
    add_tasks(Workspace.objects.first(), {"name": LONG})
    print_pages(ada, "/tasks/")
    assert ada.get_by_text(LONG).evaluate("each => getComputedStyle(each).whiteSpace") == "normal"


def test_it_is_printed_in_the_colours_of_paper(ada: Page):
    ada.emulate_media(media="print", color_scheme="dark")
    dark = ada.evaluate(COLOURS)
    ada.emulate_media(media="print", color_scheme="light")
    assert dark == ada.evaluate(COLOURS)


@pytest.mark.parametrize(
    ("path", "most"), [("/tasks/calendar/", 2), ("/tasks/calendar/?week=", 2), ("/insights/", 2)]
)
def test_other_pages_are_few(ada: Page, path: str, most: int):
    assert print_pages(ada, path) <= most
