"""Where I am signed in, my history, my data: in a real browser."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.consent import sign_in
from tests.stand_in import ADA

pytestmark = pytest.mark.django_db(transaction=True)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def test_sign_out_a_forgotten_browser(page: Page, browser: Browser, site: str):
    elsewhere = browser.new_context(base_url=site, user_agent=FIREFOX)
    forgotten = elsewhere.new_page()
    sign_in(forgotten, ADA)
    sign_in(page, ADA)
    page.locator(".who > summary").click()
    page.get_by_role("link", name="Accounts").click()
    page.get_by_role("link", name="Where I am signed in").click()
    page.get_by_role("button", name="Sign out Firefox on Linux").click()
    expect(page.get_by_text("Signed out: Firefox on Linux.")).to_be_visible()
    forgotten.goto("/tasks/")
    expect(forgotten.get_by_role("button", name="Sign in with Asana")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Signed out somewhere")).to_be_visible()
    elsewhere.close()


def test_take_everything_along(ada: Page):
    page = ada
    page.goto("/accounts/me/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.startswith("onelist-")
    file = json.loads(download.value.path().read_text())
    assert "Write the plan" in {task["name"] for task in file["tasks"]}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_stands_out_at_the_side(ada: Page, width: int):
    page = ada
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("sessions/", "history/", "mail/", "me/", "me/delete/"):
        page.goto(f"/accounts/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path


def test_choices_are_in_our_own_colour_and_begin_where_the_rest_of_a_form_does(ada: Page):
    page = ada
    page.goto("/accounts/")
    page.get_by_text("Label and colour").click()
    choice, legend = page.get_by_label("No colour"), page.locator("legend")
    assert choice.bounding_box()["x"] == legend.bounding_box()["x"]
    style = "element => getComputedStyle(element)"
    accent = page.locator(".sub-pages [aria-current]").evaluate(f"{style}.color")
    assert choice.evaluate(f"{style}.accentColor") == accent


def test_what_looks_like_no_button_begins_where_those_above_it_do(ada: Page):
    page = ada
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/accounts/connect/")
    left = "element => element.getBoundingClientRect().left"
    go, back = page.get_by_role("button", name="Go to Asana"), page.get_by_text("Not now")
    page.locator("form.actions").evaluate("form => { form.style.flexDirection = 'column' }")
    page.locator("form.actions").evaluate("form => { form.style.alignItems = 'start' }")
    assert back.evaluate(left) + 9 == go.evaluate(left)


def test_on_a_narrow_screen_every_tab_is_in_sight(ada: Page):
    page = ada
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/accounts/me/")
    tabs = page.get_by_role("navigation", name="About you")
    for tab in tabs.get_by_role("link").all():
        expect(tab).to_be_in_viewport(ratio=1)


def test_a_button_keeps_its_shape_when_it_gets_the_focus(ada: Page):
    page = ada
    page.goto("/accounts/")
    button = page.get_by_role("link", name="Connect another Asana account")
    corner = "element => getComputedStyle(element).borderRadius"
    before = button.evaluate(corner)
    page.get_by_role("link", name="My data").focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    assert button.evaluate(corner) == before != "0px"
