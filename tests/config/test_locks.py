"""The locks: what is installed is in them, pinned and with hashes, and nothing else is."""

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
NAMES = ["requirements", "requirements-demo", "requirements-celery", "requirements-dev"]
HASHES = r"(?:    --hash=sha256:[0-9a-f]{64}.*\n)+"
ENTRY = re.compile(rf"(?P<what>[^#\s][^\\\n]*?) \\\n{HASHES}")
PLACES = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|://|file:| /")


@cache
def lock(name: str) -> str:
    return (ROOT / f"{name}.lock").read_text()


def locked(name: str) -> dict[str, Requirement]:
    """Return what a lock holds; a package with one version for each Python comes once."""
    found = [Requirement(entry["what"]) for entry in ENTRY.finditer(lock(name))]
    return {canonicalize_name(each.name): each for each in found}


def wanted(name: str) -> list[Requirement]:
    """Return what a file asks for, with the extras that it names."""
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    return [Requirement(line) for line in lines if re.match(r"\w", line)]


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_pinned_and_has_hashes(name):
    rest = re.sub(r"^ *#.*\n", "", ENTRY.sub("", lock(name)), flags=re.MULTILINE)
    assert rest.strip() == ""
    for each in locked(name).values():
        (pin,) = each.specifier
        assert (pin.operator, each.url) == ("==", None), each


@pytest.mark.parametrize("name", NAMES)
def test_no_lock_names_an_index_or_a_place_of_the_machine_that_wrote_it(name):
    assert not PLACES.search(lock(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_holds_what_is_asked_for(name):
    """After a change of requirements*.txt: `make lock`."""
    for each in wanted(name):
        found = locked(name)[canonicalize_name(each.name)]
        assert found.specifier == each.specifier, f"{each} is not in {name}.lock: make lock"


@pytest.mark.parametrize(("smaller", "larger"), [NAMES[0:2], NAMES[0::2], NAMES[1::2], NAMES[2:]])
def test_each_lock_holds_the_one_before_it(smaller, larger):
    both = locked(larger)
    for key, each in locked(smaller).items():
        assert both[key].specifier == each.specifier


def test_what_is_installed_is_what_is_locked():
    for key, each in locked("requirements-dev").items():
        if key == "pip":  # it came with Python, and may be older where it installed the rest
            continue
        if each.marker is None or each.marker.evaluate():
            try:
                here = version(key)
            except PackageNotFoundError:
                pytest.fail(f"{key} is not installed: make .venv/dev")
            assert each.specifier.contains(here), f"{each}, installed {here}"


def test_make_installs_from_locks_alone_and_builds_nothing():
    makefile = (ROOT / "Makefile").read_text()
    (command,) = re.findall(r"^INSTALL := (.*)$", makefile, re.MULTILINE)
    assert "--require-hashes --only-binary :all:" in command
    assert makefile.count("pip install") == 1
    assert re.findall(r"\$\(INSTALL\) -r (\S+)", makefile) == [f"{name}.lock" for name in NAMES]
