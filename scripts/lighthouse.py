"""Lighthouse for `make test-browsers`: Node.js found or installed, then the packages of the lock.

`python -m scripts.lighthouse` installs what is missing, or fails and says why. npm is asked only
when the lock has changed.
"""

import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import debian

FOLDER = Path(__file__).parent.parent / "tests/browser/engines/lighthouse"
OLDEST_NODE = (18, 16)  # as Lighthouse's own package says
NPM_CI = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
LINES = 8  # of what npm says: the rest is its own help
NODE_LACKS = (
    "The tests with Lighthouse need Node.js 18.16 or newer with npm, which is not on this machine "
    "and could not be installed.\nDebian, Ubuntu: apt install nodejs npm."
)
LIGHTHOUSE_LACKS = (
    "The tests with Lighthouse need its packages, which npm could not install from its registry "
    "(`npm config get registry` names it):\n"
)


def has_node() -> bool:
    """Tell whether there are npm and a Node.js that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    version = re.match(r"v(\d+)\.(\d+)\.", said)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def is_installed(folder: Path = FOLDER) -> bool:
    """Tell whether the packages are there that the lock names."""
    copy = _lock_of_what_is_installed(folder)
    return copy.exists() and filecmp.cmp(folder / "package-lock.json", copy, shallow=False)


def install(folder: Path = FOLDER) -> str:
    """Install the packages of the lock; return what npm says if it fails, else ''."""
    done = subprocess.run(NPM_CI, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.splitlines()[:LINES]
        return "\n".join(said) or f"npm ended with exit code {done.returncode}"
    shutil.copyfile(folder / "package-lock.json", _lock_of_what_is_installed(folder))
    return ""


def _lock_of_what_is_installed(folder: Path) -> Path:
    return folder / "node_modules" / "installed-lock.json"  # npm ci empties the folder first


def main(folder: Path = FOLDER) -> None:
    if not has_node():
        print("No Node.js with npm on this machine: installing it for Lighthouse.", flush=True)
        debian.install(["nodejs", "npm"])
    if not has_node():
        sys.exit(NODE_LACKS)
    if is_installed(folder):
        return
    print("Installing Lighthouse …", flush=True)
    if said := install(folder):
        sys.exit(LIGHTHOUSE_LACKS + said)


if __name__ == "__main__":
    main()
