import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from accounts.models import AsanaAccount
from tests.people import Person
from tests.stand_in import ADA

PLAN = "Write the plan"


def take_session(page: Page, client: Client) -> None:
    """Go on in the browser with the session of a test client; nobody signs in."""
    name = settings.SESSION_COOKIE_NAME
    key = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": key, "url": settings.SITE_URL}])


def enter(page: Page, person: Person) -> None:
    """Open the list with that person's session."""
    take_session(page, person.client)
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


def choose(page: Page, name: str) -> Locator:
    """Select a task as a pointer does: its box is there while the pointer is over the row."""
    task = row(page, name)
    task.hover()
    box = task.get_by_role("checkbox")
    box.check()
    return box


def open_filters(page: Page) -> None:
    page.get_by_text("Filter, group and sort").click()
    expect(page.locator("#filter-grid .several").first).to_be_visible()


def several(page: Page, label: str) -> Locator:
    """Return the filter with that label, opened."""
    summary = page.locator("summary", has_text=re.compile(rf"^\s*{label}\b"))
    found = page.locator(".several", has=summary)
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def tick(page: Page, label: str, choice: str) -> Locator:
    box = several(page, label).get_by_role("checkbox", name=choice, exact=True)
    box.check()
    return box


def sign_out(page: Page) -> None:
    page.locator(".who > summary").click()
    page.get_by_role("button", name="Sign out").click()


def told(page: Page, words: str) -> None:
    """Expect one of the toasts to say so."""
    expect(page.locator(".report", has_text=words)).to_be_visible()


def let_intercept(page: Page) -> None:
    """Load the page anew so that `page.route` holds from the next request on.

    The first route turns interception on, and Chromium is sure to hand it the requests of those
    documents only that are loaded after that.
    """
    page.route("**/never-asked-for", lambda route: route.abort())
    page.reload()
