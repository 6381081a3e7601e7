from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from accounts.models import AsanaAccount
from tests.people import Person
from tests.stand_in import ADA

PLAN = "Write the plan"


def enter(page: Page, person: Person) -> None:
    """Open the list with that person's session; nobody signs in."""
    name = settings.SESSION_COOKIE_NAME
    key = person.client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": key, "url": settings.SITE_URL}])
    page.goto("/tasks/")


def answer_asana(page: Page, response: str) -> None:
    page.get_by_role("button", name="Ask Asana").click()
    page.locator(f"input[value='{ADA}']").check()
    page.get_by_role("button", name=response).click()


def allow_changes(page: Page) -> None:
    page.goto(f"/accounts/{AsanaAccount.objects.get().pk}/permission/")
    answer_asana(page, "Allow")
    page.wait_for_url("**/tasks/")


def fetched(page: Page) -> None:
    expect(page.get_by_text(PLAN, exact=True)).to_be_visible()
    expect(page.locator("#progress")).to_be_hidden()


def row(page: Page, name: str) -> Locator:
    return page.locator(".task", has=page.get_by_role("link", name=name, exact=True))
