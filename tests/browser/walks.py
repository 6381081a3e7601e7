from playwright.sync_api import Page


def to_consent(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in with Asana").click()
    page.get_by_role("button", name="Allow").wait_for()


def sign_in(page: Page, person: str) -> None:
    to_consent(page)
    page.locator(f"input[value='{person}']").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/tasks/")
