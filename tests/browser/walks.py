from django.conf import settings
from playwright.sync_api import Page

from tests.people import Person


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


def enter(page: Page, person: Person) -> None:
    """Open the list with that person's session; nobody signs in."""
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": person.client.cookies[name].value, "url": settings.SITE_URL}
    page.context.add_cookies([cookie])
    page.goto("/tasks/")
