"""Bytes and times of Ada's list in Chromium, with an empty cache and again, from our server."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from bench.sites import ROOT, Site
from scripts.browser import find_chromium
from scripts.serve import WORKER, web_server
from tests.browser.consent import sign_in
from tests.stand_in import ADA, StandIn

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SECONDS_TO_START = 30
TIMES = """() => ({
  paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  interactive: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
})"""


@dataclass
class View:
    """The times of one visit, and the bytes it transferred, without those from a cache."""

    paint: float = 0
    interactive: float = 0
    addresses: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._respond)
        session.on("Network.loadingFinished", self._finish)
        session.send("Network.enable")

    def _respond(self, event: Any) -> None:
        response = event["response"]
        if not response.get("fromDiskCache") and response["url"].startswith("http"):
            self.addresses[event["requestId"]] = response["url"]

    def _finish(self, event: Any) -> None:
        if event["requestId"] in self.addresses and event["encodedDataLength"]:
            address = self.addresses[event["requestId"]]
            self.bytes[address] = round(event["encodedDataLength"])


def measure_first_view(site: Site, times: int) -> list[tuple[str, View]]:
    """Return the median of `times` first views, and of the repeat views after them."""
    with serving(site), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        known = _signed_in(browser, site)
        pairs = [_visits(browser, site, known) for _ in range(times)]
        browser.close()
    first, again = zip(*pairs, strict=True)
    return [("first view", _middle(first)), ("repeat view", _middle(again))]


@contextmanager
def serving(site: Site) -> Iterator[int]:
    """Run the stand-in, and the server and worker of `make run`; yield the server's pid."""
    environment = site.environment
    site.migrate(environment)
    callback = f"{site.url}/complete/asana/"
    with (
        StandIn.start("--port", str(site.asana_port), redirect_uri=callback),
        programs(web_server(site.port), WORKER, environment=environment) as (server, _),
    ):
        wait_for(site.url)
        yield server.pid


@contextmanager
def programs(
    *commands: list[str], environment: Mapping[str, str]
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Run programs beside each other; end them at the end."""
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sys.stderr)
        for command in commands
    ]
    try:
        yield running
    finally:
        for program in running:
            program.terminate()
        for program in running:
            program.wait(timeout=30)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/login/", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The site did not answer within {SECONDS_TO_START} seconds")


def _signed_in(browser: Browser, site: Site) -> StorageState:
    """Sign Ada in and wait for her tasks; return her cookies."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    sign_in(page, ADA)
    page.locator(".task").first.wait_for()
    page.wait_for_load_state("networkidle")
    known = context.storage_state()
    context.close()
    return known


def _visits(browser: Browser, site: Site, known: StorageState) -> tuple[View, View]:
    context = browser.new_context(base_url=site.url, storage_state=known)
    views = _visit(context), _visit(context)
    context.close()
    return views


def _visit(context: BrowserContext) -> View:
    page = context.new_page()
    view = View()
    view.listen(page)
    page.goto("/tasks/", wait_until="networkidle")
    told = page.evaluate(TIMES)
    view.paint, view.interactive = told["paint"], told["interactive"]
    page.close()
    return view


def _middle(views: tuple[View, ...]) -> View:
    """Return the median times of views, with the transfers of the first: they are all the same."""
    paint = median(view.paint for view in views)
    interactive = median(view.interactive for view in views)
    return View(paint, interactive, views[0].addresses, views[0].bytes)
