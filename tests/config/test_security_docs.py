"""docs/security.md names a test for each promise, and covers every point of the standards."""

import ast
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.accounts.oidc.test_conformance import PLANS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`", TEXT)
SECTIONS = dict(re.findall(r"^##? (.+?)\n(.*?)(?=^##? |\Z)", TEXT, re.MULTILINE | re.DOTALL))
WITHOUT_TEST = {"this page", "not tested, decided"}


def rows(section: str) -> list[list[str]]:
    """Return the cells of a section's table, without the head."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_it_names_tests():
    assert len(set(NAMED)) > 100


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_it_names_is_there(path, name):
    assert name in functions_of(path)


@pytest.mark.parametrize(
    "section", ["Promises to people who link an account", "Promises to operators of a site"]
)
def test_every_promise_is_held_by_a_test(section):
    promises = re.split(r"^- ", SECTIONS[section], flags=re.MULTILINE)[1:]
    assert len(promises) > 5
    assert [promise for promise in promises if "::test_" not in promise] == []


TABLES = {
    "OpenID Connect conformance tests for relying parties": {
        module for modules in PLANS.values() for module in modules
    },
    "social-auth: sixteen gaps": {str(n) for n in range(1, 17)},
    "social-auth: thirty-four traps": {str(n) for n in range(1, 35)},
}
# The items that concern an OAuth client or a site like this one.
STANDARDS = {
    "RFC 9700, OAuth 2.0 security best current practice": """
        2.1 2.1.1 2.1.2 2.2.2 2.4 2.5 2.6
        4.1 4.2 4.3 4.4 4.5 4.6 4.7 4.8 4.11 4.12 4.13 4.14 4.16""",
    "OWASP ASVS 5.0.0": """
        1.2.10
        3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.3 3.4.4 3.4.5 3.4.6 3.4.7 3.5.1 3.5.3 3.5.8
        3.7.2
        7.2.1 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2
        9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3
        10.1.1 10.1.2 10.2.1 10.2.2 10.2.3 10.5.1 10.5.2 10.5.3 10.5.4
        11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.2 11.3.3 11.3.4 11.5.1
        12.2.1 12.3.2
        13.1.3 13.1.4 13.2.4 13.2.5 13.3.1 13.3.4 13.4.2
        14.2.1 14.2.2 14.2.6 14.2.7 14.3.1 14.3.2 14.3.3
        15.2.1 15.3.2 15.3.5 15.3.7
        16.2.5 16.3.1 16.4.1 16.5.1 16.5.2 16.5.3""",
}


def numbers(cell: str) -> set[str]:
    """Return the numbers in a cell; `3.4.1, 3.4.3–6` holds five."""
    found = set()
    for stem, first, last in re.findall(r"\b((?:\d+\.)+)(\d+)(?:–(\d+))?", cell):
        found |= {f"{stem}{each}" for each in range(int(first), int(last or first) + 1)}
    return found


@pytest.mark.parametrize("section", TABLES)
def test_no_point_is_left_out(section):
    points = [row[0] for row in rows(section)]
    assert len(points) == len(set(points))
    assert set(points) == TABLES[section]


@pytest.mark.parametrize("section", STANDARDS)
def test_no_item_of_a_standard_is_left_out(section):
    listed = set().union(*(numbers(row[0]) for row in rows(section)))
    assert listed == set(STANDARDS[section].split())


@pytest.mark.parametrize("section", [*TABLES, *STANDARDS])
def test_every_point_has_a_test_or_a_reason(section):
    for row in rows(section):
        held_by = row[-1]
        assert "::test_" in held_by or held_by in {"the same", *WITHOUT_TEST}, row


def test_what_is_installed_is_what_the_page_says():
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    packages = rows("Pinned libraries and advisories")
    assert len(packages) >= 7
    for name, pinned, _why in packages:
        assert f"{name}=={pinned}" in pins
        assert version(name) == pinned


def test_the_readme_leads_there():
    assert "(docs/security.md)" in (ROOT / "README.md").read_text()
