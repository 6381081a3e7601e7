"""What a browser keeps beside its cookies: no page, and after signing out nothing of anybody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import sign_out

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "htmx-current-path-for-history"  # htmx writes it on every page, and has no switch for it
STORED = """async () => ({
  session: Object.fromEntries(Object.entries(sessionStorage)),
  local: Object.fromEntries(Object.entries(localStorage)),
  databases: (await indexedDB.databases()).map((each) => each.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"local": {}, "databases": [], "caches": [], "workers": 0}


def test_no_page_is_stored_and_after_signing_out_nothing_of_anybody(ada: Page):
    page = ada
    page.get_by_label("Search tasks").press_sequentially("scope borr", delay=20)
    expect(page).to_have_url(re.compile(r"/tasks/\?q=scope\+borr$"))
    expect(page.locator(".task")).to_have_count(1)
    assert page.evaluate(STORED) == {**NOTHING, "session": {HERE: "/tasks/?q=scope+borr"}}
    page.go_back()
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()
    page.get_by_role("link", name="Write the plan", exact=True).click()
    expect(page.locator("#beside").get_by_role("heading", name="Write the plan")).to_be_visible()
    assert page.evaluate(STORED) == {**NOTHING, "session": {HERE: "/tasks/"}}
    sign_out(page)
    expect(page.get_by_text("You are signed out here")).to_be_visible()
    assert page.evaluate(STORED) == {**NOTHING, "session": {HERE: "/login/"}}
