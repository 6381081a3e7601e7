import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from asana_tasks.models import SyncState
from scripts.browser import HELP, find_chromium
from tests.browser.walks import enter
from tests.people import Person
from tests.stand_in import StandIn

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-quic",
]
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one the test fails, it is not skipped."""
    path = find_chromium()
    if path is None:
        pytest.fail(HELP)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site(live_server, asana: StandIn) -> Iterator[str]:
    """Left alone only when it is still: a refresh goes on for a while after its reader has left,
    and must not meet the emptying of the tables."""
    yield str(live_server.url)
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(30)


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site, locale="en")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose scripts must not stumble, and which the policy must not have to stop."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda message: (
            wrong.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    assert wrong == []


@pytest.fixture
def ada(page: Page, owner_with_tasks: Person) -> Page:
    """Ada at her list, which is fresh: no sync begins by itself."""
    enter(page, owner_with_tasks)
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()
    return page


@pytest.fixture
def writer(ada: Page, owner: Person, asana: StandIn) -> Page:
    """Ada at her list; Onelist may change her tasks.

    The copy stays fresh however long a test takes, so that nothing is synced unasked.
    """
    SyncState.objects.update(synced_at=timezone.now() + timedelta(days=1))
    owner.allow_writing(asana)
    ada.reload()
    return ada


@pytest.fixture
def page_without_javascript(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
