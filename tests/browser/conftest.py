import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from asana_tasks.models import Worker
from asana_tasks.sync import engine
from asana_tasks.sync.worker import EmbeddedWorker
from scripts.browser import FLAGS, HELP, find_chromium
from tests.asana_tasks.workers import until
from tests.browser.walks import enter
from tests.people import Person
from tests.stand_in import ROBIN, StandIn

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; if there is none, fail the test instead of skipping it."""
    path = find_chromium()
    if path is None:
        pytest.fail(HELP)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site(live_server, asana: StandIn) -> Iterator[str]:
    """Yield the address of the site; at the end, wait for its requests: tables are emptied then."""
    yield str(live_server.url)
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(30)


@pytest.fixture
def worker(site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedWorker]:
    """Run a worker beside the site, without the chores of housekeeping."""
    monkeypatch.setattr("accounts.housekeeping.make_a_round", lambda: True)
    worker = EmbeddedWorker()

    def run() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    until(Worker.objects.exists)  # pages say that nobody works before that, and look less often
    yield worker
    worker.stop()
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site, locale="en")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open a page; at the end, check that no script failed and the policy blocked nothing."""
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
    """Open Ada's list, which is up to date: no sync is due within a minute."""
    enter(page, owner_with_tasks)
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()
    return page


@pytest.fixture
def robin(page: Page, asana: StandIn) -> Page:
    """Open the list of somebody whose tasks have every kind of difficult name."""
    person = Person.stored(asana, ROBIN)
    engine.run_sync(person.account)
    enter(page, person)
    return page


@pytest.fixture
def writer(ada: Page, owner: Person, asana: StandIn) -> Page:
    """Open Ada's list, and let Onelist change her tasks."""
    owner.allow_writing(asana)
    ada.reload()
    return ada


@pytest.fixture
def page_without_javascript(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
