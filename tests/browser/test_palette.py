import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import PLAN

pytestmark = pytest.mark.django_db(transaction=True)


def open_palette(page: Page):
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")


def test_a_task_is_found_by_its_name_and_opened_beside(ada: Page):
    ada.set_viewport_size({"width": 1280, "height": 800})
    ada.goto("/tasks/")
    open_palette(ada)
    ada.keyboard.type(PLAN)
    expect(ada.get_by_role("option", name=PLAN)).to_have_attribute("aria-selected", "true")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("dialog", name="Go to")).to_be_hidden()
    expect(ada.locator("#beside-task")).to_contain_text(PLAN)


def test_enter_at_once_waits_for_what_the_words_find(ada: Page):
    open_palette(ada)
    ada.keyboard.type("insig")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/insights/")


def test_arrows_go_round_and_the_field_tells_which_is_marked(ada: Page):
    ada.goto("/workspaces/")
    open_palette(ada)
    ada.keyboard.press("ArrowUp")
    last = ada.get_by_role("option").last
    expect(last).to_have_attribute("aria-selected", "true")
    expect(ada.get_by_role("combobox")).to_have_attribute(
        "aria-activedescendant", str(last.get_attribute("id"))
    )
    expect(ada.get_by_role("combobox")).to_be_focused()
    ada.keyboard.press("ArrowDown")
    expect(ada.get_by_role("option").first).to_have_attribute("aria-selected", "true")


def test_escape_and_a_click_beside_close_it_and_change_nothing(ada: Page):
    ada.locator(".task").first.focus()
    open_palette(ada)
    ada.keyboard.type("c")  # which completes a task outside of fields
    ada.keyboard.press("Escape")
    expect(ada.get_by_role("dialog", name="Go to")).to_be_hidden()
    expect(ada.locator(".task").first).to_be_focused()
    open_palette(ada)
    ada.mouse.click(5, 5)
    expect(ada.get_by_role("dialog", name="Go to")).to_be_hidden()
    expect(ada.locator(".report")).to_have_count(0)


def test_the_menu_opens_it_too(ada: Page):
    ada.locator(".who summary").click()
    ada.get_by_role("button", name="Go to").click()
    expect(ada.get_by_role("combobox")).to_be_focused()
