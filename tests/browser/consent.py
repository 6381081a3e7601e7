"""Helpers that sign in at the stand-in in a browser, without Django: the bench uses them too."""

from playwright.sync_api import Page


def to_consent(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in with Asana").click()
    page.get_by_role("button", name="Allow").wait_for()


def allow_as(page: Page, person: str) -> None:
    """Choose a user on Asana's consent page and press Allow."""
    page.locator(f"input[value='{person}']").check()
    page.get_by_role("button", name="Allow").click()


def sign_in(page: Page, person: str) -> None:
    to_consent(page)
    allow_as(page, person)
    page.wait_for_url("**/tasks/")
