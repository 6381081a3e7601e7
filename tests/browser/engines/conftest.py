from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser

from scripts.engines import explain, missing
from tests.browser.engines import windows
from tests.browser.engines.visitor import Visitor

ENGINES = ("chromium", "firefox", "webkit")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each test once for each engine."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES)


def window_of(
    request: pytest.FixtureRequest, engine: str, *, dark: bool
) -> AbstractContextManager[windows.Window]:
    """Open a window; fail, never skip, if this machine lacks the browser."""
    if engine == "chromium":
        browser: Browser = request.getfixturevalue("browser")
        return windows.chromium(browser, dark=dark)
    if lacking := missing():
        pytest.fail(explain(lacking))
    return {"firefox": windows.firefox, "webkit": windows.webkit}[engine](dark=dark)


@pytest.fixture
def visitor(request: pytest.FixtureRequest, engine: str, site: str) -> Iterator[Visitor]:
    with window_of(request, engine, dark=False) as window:
        yield Visitor(window, engine, site)


@pytest.fixture
def visitor_in_the_dark(
    request: pytest.FixtureRequest, engine: str, site: str
) -> Iterator[Visitor]:
    with window_of(request, engine, dark=True) as window:
        yield Visitor(window, f"{engine}-dark", site)
