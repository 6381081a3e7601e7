"""The sign-in page and the stand-in's consent page in a browser, without Django: the bench uses it."""

from playwright.sync_api import Page


def to_consent(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in with Asana").click()
    page.get_by_role("button", name="Allow").wait_for()


def allow_as(page: Page, person: str) -> None:
    """At Asana: be that person, and allow it."""
    page.locator(f"input[value='{person}']").check()
    page.get_by_role("button", name="Allow").click()


def sign_in(page: Page, person: str) -> None:
    to_consent(page)
    allow_as(page, person)
    page.wait_for_url("**/tasks/")
