"""Seconds from the end of a first sign-in to the first tasks on the page, in Chromium."""

import time

from playwright.sync_api import Browser, sync_playwright

from bench.first_view import FLAGS, serving
from bench.sites import Site
from scripts.browser import find_chromium
from tests.browser.consent import allow_as, to_consent
from tests.stand_in import ADA, DORA

PEOPLE = {"3 × 24": ADA, "8 × 250": DORA}


def measure_first_tasks(site: Site) -> list[tuple[str, float]]:
    """Return the seconds for each of PEOPLE, from a stand-in without latency."""
    with serving(site), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        found = [(name, _first_tasks(browser, site, person)) for name, person in PEOPLE.items()]
        browser.close()
    return found


def _first_tasks(browser: Browser, site: Site, person: str) -> float:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    to_consent(page)
    allow_as(page, person)
    page.wait_for_url("**/tasks/", wait_until="commit")
    began = time.perf_counter()
    page.locator(".task").first.wait_for()
    took = time.perf_counter() - began
    context.close()
    return took
