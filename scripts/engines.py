"""The browsers of `make test-browsers`: Chromium, Firefox and WebKit, found or installed.

`python -m scripts.engines` installs what is missing, by apt as root on Debian, or fails and says
what to install.
"""

import os
import shutil
import sys
from pathlib import Path

from scripts import browser, debian

FIREFOX = ("firefox-esr", "firefox")
MINI_BROWSERS = "*/webkit2gtk-4.*/MiniBrowser"  # below /usr/lib and /usr/libexec
PACKAGES = {
    "Firefox": "firefox-esr",
    "WebKit's driver": "webkit2gtk-driver",
    "WebKit's MiniBrowser": "webkit2gtk-driver",
    "Xvfb": "xvfb",
}


def find_firefox() -> str | None:
    """Return the path of a Firefox: FIREFOX, or one on the PATH; None if none."""
    if named := os.environ.get("FIREFOX"):
        return named if os.access(named, os.X_OK) else None
    return next(filter(None, map(shutil.which, FIREFOX)), None)


def find_mini_browser() -> str | None:
    """Return the path of the browser that comes with WebKitGTK's driver; None if none."""
    places = [Path("/usr/lib"), Path("/usr/libexec")]
    found = sorted(path for place in places for path in place.glob(MINI_BROWSERS))
    return str(found[-1]) if found else None


def missing() -> list[str]:
    """Return which programs beside Chromium this machine lacks."""
    found = {
        "Firefox": find_firefox(),
        "WebKit's driver": shutil.which("WebKitWebDriver"),
        "WebKit's MiniBrowser": find_mini_browser(),
        "Xvfb": shutil.which("Xvfb"),
    }
    return [name for name, path in found.items() if path is None]


def packages_of(lacking: list[str]) -> list[str]:
    return sorted({PACKAGES[name] for name in lacking})


def explain(lacking: list[str]) -> str:
    packages = " ".join(packages_of(lacking))
    return (
        f"Tests in three browsers lack {', '.join(lacking)}, which could not be installed.\n"
        f"Debian, Ubuntu: apt install {packages} (FIREFOX may name the executable of Firefox). "
        "WebKit has a driver on Linux alone."
    )


def main() -> None:
    browser.main()
    if lacking := missing():
        print(f"Not on this machine: {', '.join(lacking)}. Installing …", flush=True)
        debian.install(packages_of(lacking))
    if lacking := missing():
        sys.exit(explain(lacking))


if __name__ == "__main__":
    main()
