"""The Chromium of the browser tests: one on this machine, else one that is installed.

`python -m scripts.browser` installs one if there is none, or fails and says what to install.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from scripts import debian

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-quic",
]
SHELL = "chromium-headless-shell"  # the same engine without a window, twice as fast
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
HELP = (
    "Browser tests need Chromium, and none could be found or installed.\n"
    "Install it (Debian, Ubuntu: apt install chromium; macOS: brew install --cask chromium), "
    "or let CHROMIUM name its executable."
)


def find_chromium() -> str | None:
    """Return the path of a Chromium: CHROMIUM, the PATH, or Playwright's own; None if none."""
    if named := os.environ.get("CHROMIUM"):
        return named if os.access(named, os.X_OK) else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if os.access(MAC, os.X_OK):
        return MAC
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


def install() -> None:
    """Install Chromium, by apt as root on Debian (with its libraries), else by Playwright."""
    for package in (SHELL, "chromium"):  # older releases of Debian lack the first
        if find_chromium() is None:
            debian.install([package])
    if find_chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    if find_chromium() is None:
        print("No Chromium on this machine: installing one for the browser tests.", flush=True)
        install()
    if find_chromium() is None:
        sys.exit(HELP)


if __name__ == "__main__":
    main()
