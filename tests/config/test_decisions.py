"""docs/decisions/ names files that exist, and its index names every record."""

import re

import pytest

from tests.stand_in import ROOT

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
INDEX = (FOLDER / "README.md").read_text()
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|txt|html|css|js))`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
HEADS = ["Context", "Decision", "Consequences", "Look again when"]


def test_the_records_are_found():
    assert len(RECORDS) >= 8


@pytest.mark.parametrize("path", [FOLDER / "README.md", *RECORDS], ids=lambda path: path.stem)
def test_every_file_it_names_exists(path):
    text = path.read_text()
    named = [ROOT / name for name in FILE.findall(text)]
    linked = [FOLDER / name for name in LINK.findall(text)]
    assert [each for each in named + linked if not each.exists()] == []


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_four_parts(path):
    assert re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) == HEADS


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_index_has_its_number_title_and_date(path):
    text = path.read_text()
    number, title = re.match(r"# (\d{4}) (.+)\n", text).groups()
    day = re.search(r"^Accepted (\d{4}-\d{2}-\d{2})\.$", text, re.MULTILINE)[1]
    assert path.name.startswith(f"{number}-")
    assert f"| [{number}]({path.name}) | {title} | {day} |" in INDEX


def test_the_numbers_have_no_gap():
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))
