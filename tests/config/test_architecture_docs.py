"""docs/architecture.md and CONTRIBUTING.md name files and functions that exist."""

import re

import pytest

from tests.stand_in import ROOT

FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|toml|txt))`")
NAMED_IN = re.compile(r"`([A-Za-z_.]+)`(?: (?:and|or) `([A-Za-z_.]+)`)? in `([\w./-]+\.py)`")
PAGES = ["docs/architecture.md", "CONTRIBUTING.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_it_names_exists(page):
    named = FILE.findall((ROOT / page).read_text())
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_what_it_finds_in_a_file_is_there(page):
    found = NAMED_IN.findall((ROOT / page).read_text())
    assert found
    for *names, file in found:
        text = (ROOT / file).read_text()
        for name in filter(None, names):
            last = name.rpartition(".")[2]
            assert re.search(rf"\b{last}\b", text), f"{page}: {name} is not in {file}"


def test_it_answers_where_what_is():
    text = (ROOT / "docs" / "architecture.md").read_text()
    questions = re.findall(r"^\| ([^|]+) \| `", text.partition("## Where is")[2], re.MULTILINE)
    assert len(questions) >= 12
