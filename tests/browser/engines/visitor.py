"""Somebody who looks at a window, clicks on what is in view and waits for what comes."""

import json
import os
import time
from pathlib import Path
from typing import Any

from tests.browser.engines.windows import NOT_NOW, Window

LONGEST = 30  # seconds for which a visitor waits for something to come

# The first element that is shown, and where its middle is once it is in view and nothing covers it
FIND = """
((css, words) => {
  const name = (each) => each.ariaLabel || each.innerText.trim() || each.textContent.trim();
  const shown = (each) => each.checkVisibility({ visibilityProperty: true });
  const found = [...document.querySelectorAll(css)].find(
    (each) => shown(each) && (words === null || name(each) === words),
  );
  if (!found) return null;
  let box = found.getBoundingClientRect();
  if (box.top < 150 || box.bottom > innerHeight - 100) found.scrollIntoView({ block: "center" });
  box = found.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const hit = document.elementFromPoint(x, y);
  return hit && (found.contains(hit) || hit.contains(found)) ? [x, y] : null;
})
"""
SHOWN = """
((css, part) => [...document.querySelectorAll(css)].some(
  (each) => each.checkVisibility({ visibilityProperty: true }) && each.innerText.includes(part),
))
"""


class Visitor:
    def __init__(self, window: Window, name: str, site: str) -> None:
        self.window = window
        self.name = name
        self.site = site

    def goes_to(self, path: str) -> None:
        self.window.open(self.site + path)

    def asks(self, expression: str) -> Any:
        """Return the value of an expression; None while one page gives way to another."""
        try:
            return self.window.ask(expression)
        except NOT_NOW:
            return None

    def waits_for(self, expression: str, what: str = "") -> Any:
        """Return the value of an expression once it is true; fail if it never is."""
        deadline = time.monotonic() + LONGEST
        while not (value := self.asks(expression)):
            assert time.monotonic() < deadline, f"{self.name} lacks: {what or expression}"
            time.sleep(0.02)
        return value

    def finds(self, css: str, words: str | None = None) -> tuple[float, float]:
        """Wait until an element with exactly these words is in view and stays; return where."""
        find = f"{FIND}({json.dumps(css)}, {json.dumps(words)})"
        before, place = None, None
        while before is None or place != before:
            before, place = place, self.waits_for(find, f"{css} {words or ''}")
        return before[0], before[1]

    def sees(self, css: str, part: str = "") -> None:
        """Wait until an element is shown that contains these words."""
        self.waits_for(f"{SHOWN}({json.dumps(css)}, {json.dumps(part)})", f"{css} {part}")

    def misses(self, css: str) -> None:
        """Wait until no such element is shown."""
        self.waits_for(f"!{SHOWN}({json.dumps(css)}, '')", f"a page without {css}")

    def points_at(self, css: str, words: str | None = None) -> None:
        self.window.point(*self.finds(css, words))

    def clicks(self, css: str, words: str | None = None) -> None:
        self.window.click(*self.finds(css, words))

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.window.press(key)

    def photographs(self, what: str) -> None:
        """Keep a picture in the folder SCREENSHOTS, if it is named."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.window.photograph(Path(folder) / f"{what}-{self.name}.png")
