"""A window of Chromium, Firefox or WebKit, as the walk needs one: a screen, a pointer and keys.

Chromium is driven by Playwright, as in all other browser tests. Playwright drives no Firefox but
its own build; Debian's speaks WebDriver BiDi itself, and Debian's WebKit has a WebDriver. Selenium
knows both protocols, and the actions of a pointer and of keys are the same in both.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.websocket_connection import WebSocketConnection
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from scripts.engines import find_firefox, find_mini_browser

NOT_NOW = (PlaywrightError, WebDriverException)  # a page that is left answers nothing
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",  # asks for no settings
}
KEYS = {"ArrowDown": Keys.ARROW_DOWN, "Enter": Keys.ENTER, "Escape": Keys.ESCAPE}
SECONDS = 60  # in which a browser starts or answers one command


class Window(ABC):
    @abstractmethod
    def open(self, url: str) -> None:
        """Load a page; return when it is loaded."""

    @abstractmethod
    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, as JSON carries it."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Set the size of the page."""

    @abstractmethod
    def point(self, x: float, y: float) -> None:
        """Move the pointer there."""

    @abstractmethod
    def click(self, x: float, y: float) -> None:
        """Move the pointer there and click."""

    @abstractmethod
    def press(self, key: str) -> None:
        """Press a key by its name in DOM events ("a", "Enter")."""

    @abstractmethod
    def photograph(self, path: Path) -> None:
        """Write what is seen to a PNG file."""

    def type(self, text: str) -> None:
        for each in text:
            self.press(each)


class Chromium(Window):
    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url)

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(f"() => ({expression})")

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def point(self, x: float, y: float) -> None:
        self.page.mouse.move(x, y)

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def photograph(self, path: Path) -> None:
        self.page.screenshot(path=path)


class ByActions(Window):
    """What both protocols of W3C share: actions of a pointer and of a keyboard."""

    @abstractmethod
    def perform(self, source: dict[str, Any]) -> None:
        """Perform the actions of one source."""

    def point(self, x: float, y: float) -> None:
        self._use_pointer(x, y)

    def click(self, x: float, y: float) -> None:
        self._use_pointer(x, y, "pointerDown", "pointerUp")

    def _use_pointer(self, x: float, y: float, *then: str) -> None:
        move = {"type": "pointerMove", "x": int(x), "y": int(y), "origin": "viewport"}
        actions = [move, *({"type": each, "button": 0} for each in then)]
        parameters = {"pointerType": "mouse"}
        mouse = {"type": "pointer", "id": "mouse", "parameters": parameters, "actions": actions}
        self.perform(mouse)

    def press(self, key: str) -> None:
        value = KEYS.get(key, key)
        actions = [{"type": each, "value": value} for each in ("keyDown", "keyUp")]
        self.perform({"type": "key", "id": "keyboard", "actions": actions})


class Firefox(ByActions):
    def __init__(self, connection: WebSocketConnection) -> None:
        self.connection = connection
        self._send("session.new", capabilities={})
        # The first tab begins with the start page of Firefox, and never gets the focus.
        self.context = self._send("browsingContext.create", type="tab")["context"]
        self._send("browsingContext.activate", context=self.context)

    def _send(self, method: str, **params: Any) -> Any:
        """Return the result of a command; raise WebDriverException for an error."""
        response = self.connection.send_cmd(method, params)
        if "error" in response:
            raise WebDriverException(f"{method}: {response.get('message')}")
        return response["result"]

    def open(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def ask(self, expression: str) -> Any:
        answer = self._send(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.context},
            awaitPromise=False,
        )
        if "exceptionDetails" in answer:
            raise WebDriverException(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._send("browsingContext.setViewport", context=self.context, viewport=viewport)

    def perform(self, source: dict[str, Any]) -> None:
        self._send("input.performActions", context=self.context, actions=[source])

    def photograph(self, path: Path) -> None:
        picture = self._send("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(picture["data"]))


class WebKit(ByActions):
    def __init__(self, driver: Remote) -> None:
        self.driver = driver
        # A window without the bars of MiniBrowser, which is no narrower than they are.
        self.driver.get("about:blank")
        first = set(self.driver.window_handles)
        self.ask("window.open('about:blank', '', 'popup,toolbar=no,location=no,width=390') && 1")
        (second,) = set(self.driver.window_handles) - first
        self.driver.switch_to.window(second)

    def open(self, url: str) -> None:
        self.driver.get(url)

    def ask(self, expression: str) -> Any:
        return json.loads(
            self.driver.execute_script(f"return JSON.stringify({expression})") or "null"
        )

    def resize(self, width: int, height: int) -> None:
        self.driver.set_window_rect(0, 0, width, height)

    def perform(self, source: dict[str, Any]) -> None:
        self.driver.execute(Command.W3C_ACTIONS, {"actions": [source]})

    def photograph(self, path: Path) -> None:
        self.driver.save_screenshot(str(path))


@contextmanager
def chromium(browser: Browser, *, dark: bool) -> Iterator[Window]:
    context = browser.new_context(locale="en", color_scheme="dark" if dark else "light")
    yield Chromium(context.new_page())
    context.close()


@contextmanager
def firefox(*, dark: bool) -> Iterator[Window]:
    scheme = {"layout.css.prefers-color-scheme.content-override": 0 if dark else 1}
    lines = [
        f'user_pref("{name}", {json.dumps(value)});'
        for name, value in {**PREFERENCES, **scheme}.items()
    ]
    with ExitStack() as stack:
        profile = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        )
        (Path(profile) / "user.js").write_text("\n".join(lines))
        flags = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile]
        process = stack.enter_context(
            subprocess.Popen([str(find_firefox()), *flags], stderr=subprocess.PIPE, text=True)
        )
        stack.callback(process.kill)  # it takes its time to end, and keeps nothing
        assert process.stderr is not None
        said = next(filter(None, map(LISTENS.search, process.stderr)), None)
        assert said, "Firefox ended before it listened"
        # Read on: a pipe that nobody reads stops who fills it.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        connection = WebSocketConnection(f"{said[1]}/session", SECONDS, 0.005)
        stack.callback(connection.close)
        yield Firefox(connection)


@contextmanager
def screen() -> Iterator[str]:
    """Start an X server without a monitor; yield its name."""
    reads, writes = os.pipe()
    flags = ["-displayfd", str(writes), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    server = subprocess.Popen(["Xvfb", *flags], pass_fds=[writes], stderr=subprocess.DEVNULL)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        number = pipe.readline().strip()
    try:
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(SECONDS)


@contextmanager
def webkit(*, dark: bool) -> Iterator[Window]:
    options = Options()
    options.binary_location = str(find_mini_browser())
    options.add_argument("--automation")
    options.add_argument("--javascript-can-open-windows-automatically=true")
    if dark:
        options.add_argument("--dark-mode")
    with screen() as display:
        theme = {"GTK_THEME": "Adwaita:dark"} if dark else {}
        environment = {**os.environ, "DISPLAY": display, "LANG": "C.UTF-8", **theme}
        service = Service(shutil.which("WebKitWebDriver"), env=environment)
        service.start()
        try:
            connection = RemoteConnection(client_config=ClientConfig(service.service_url))
            driver = Remote(connection, options=options)
            yield WebKit(driver)
            driver.quit()
        finally:
            service.stop()
