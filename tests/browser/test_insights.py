"""The page of insights in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from asana_tasks.models import Task
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

SEEN = "bars => bars.every((bar) => bar.getBoundingClientRect().height > 0)"


@pytest.mark.parametrize("width", [320, 390, 700, 1280, 1920])
def test_it_does_not_scroll_sideways(ada: Page, width: int):
    ada.set_viewport_size({"width": width, "height": 800})
    ada.goto("/insights/")
    ada.locator(".figures").last.locator("summary").click()
    assert ada.evaluate("document.documentElement.scrollWidth") <= width


def test_two_keys_and_the_menu_lead_there(ada: Page):
    ada.keyboard.press("g")
    ada.keyboard.press("i")
    ada.wait_for_url("**/insights/")
    ada.goto("/tasks/")
    ada.locator(".who > summary").click()
    ada.get_by_role("link", name="Insights").click()
    expect(ada.get_by_role("heading", name="Insights", exact=True)).to_be_visible()


def test_a_piece_and_a_row_lead_to_the_filtered_list(ada: Page):
    ada.goto("/insights/")
    piece = ada.locator(".pieces a").first
    address = str(piece.get_attribute("href"))
    piece.click()
    ada.wait_for_url(f"**{address}")
    ada.go_back()
    row = ada.locator(".rows", has_text="Overdue tasks by project").get_by_role("row").last
    count = row.get_by_role("cell").first.inner_text()
    row.get_by_role("cell").first.click(force=True)  # the name covers the whole row
    ada.wait_for_url("**/tasks/?project=*&due=overdue")
    expect(ada.locator(".task")).to_have_count(int(count))


def test_one_stop_for_each_thing_that_leads_somewhere(ada: Page):
    ada.goto("/insights/")
    assert ada.locator("svg a:not([tabindex='-1'])").count() == 0
    names = ada.locator(".rows a").evaluate_all("all => all.map((each) => each.textContent)")
    assert len(names) == len(set(names)) > 5


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"media": "print"}])
def test_bars_are_seen_in_forced_colours_and_in_print(ada: Page, media: dict[str, str]):
    ada.emulate_media(**media)
    ada.goto("/insights/")
    bars = ada.locator(".weeks rect.completed, .length rect")
    assert bars.count() > 8
    assert bars.evaluate_all(SEEN)
    fills = bars.evaluate_all("all => all.map((bar) => getComputedStyle(bar).fill)")
    ground = ada.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground not in fills


def test_it_needs_no_scripts(page_without_javascript: Page, owner_with_tasks: Person, settings):
    name = settings.SESSION_COOKIE_NAME
    key = owner_with_tasks.client.cookies[name].value
    page = page_without_javascript
    page.context.add_cookies([{"name": name, "value": key, "url": settings.SITE_URL}])
    page.goto("/insights/")
    page.get_by_text("Completed per week, as a table").click()
    done = Task.objects.done().count()
    cells = page.get_by_role("table").first.locator("td")
    expect(cells.first).to_be_visible()
    assert sum(map(int, cells.all_inner_texts())) == done
