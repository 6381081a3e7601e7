"""docs/security.md promises nothing that no test holds, and leaves no point out."""

import ast
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.accounts.test_sign_in_conformance import PLANS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`((?:\w+/)?test_\w+\.py)::(test_\w+)`", TEXT)
SECTIONS = dict(re.findall(r"^##? (.+?)\n(.*?)(?=^##? |\Z)", TEXT, re.MULTILINE | re.DOTALL))
WITHOUT_TEST = {"this page", "not tested, decided"}


def rows(section: str) -> list[list[str]]:
    """The cells of its table, less the head."""
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


@pytest.mark.parametrize("section", ["To a person who links an account", "To whoever runs a site"])
def test_every_promise_is_held_by_a_test(section):
    promises = re.split(r"^- ", SECTIONS[section], flags=re.MULTILINE)[1:]
    assert len(promises) > 5
    assert [promise for promise in promises if "::test_" not in promise] == []


TABLES = {
    "The OpenID Foundation's tests for relying parties": {
        module for modules in PLANS.values() for module in modules
    },
    "What social-auth leaves to us: sixteen points": {str(n) for n in range(1, 17)},
    "Thirty-four traps of the library": {str(n) for n in range(1, 35)},
    "RFC 9700, best current practice for OAuth 2.0": None,
    "OWASP ASVS 5.0.0": None,
}


@pytest.mark.parametrize("section", TABLES)
def test_no_point_is_left_out(section):
    points = [row[0] for row in rows(section)]
    assert len(points) == len(set(points)) > 10
    assert TABLES[section] in {None, frozenset(points)}


@pytest.mark.parametrize("section", TABLES)
def test_every_point_has_a_test_or_a_reason(section):
    for row in rows(section):
        held_by = row[-1]
        assert "::test_" in held_by or held_by in {"the same", *WITHOUT_TEST}, row


def test_what_is_installed_is_what_the_page_says():
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    packages = rows("Advisories to stay clear of")
    assert len(packages) >= 7
    for name, pinned, _why in packages:
        assert f"{name}=={pinned}" in pins
        assert version(name) == pinned


def test_the_readme_leads_there():
    assert "(docs/security.md)" in (ROOT / "README.md").read_text()
