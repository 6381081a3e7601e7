"""Templates are formatted by djLint, which wraps no text: how long a line gets is held here."""

from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2]
TEMPLATES = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("fake_asana/templates/*.html")]
OURS = [path.relative_to(ROOT / "templates") for path in ROOT.glob("templates/**/*.*")]
LONGEST = 160


def test_the_templates_are_found():
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_line_is_too_long(path):
    lines = path.read_text().splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST] == []


@pytest.mark.parametrize("path", OURS, ids=str)
def test_it_compiles(path):
    """Ask for every tag and filter, also in parts that no test of a page reaches."""
    assert get_template(str(path))
