"""Templates are formatted by djLint, which wraps no text: how long a line gets is held here."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = [
    path
    for place in ("templates", "fake_asana/templates")
    for path in ROOT.glob(f"{place}/**/*.html")
]
LONGEST = 160


def test_the_templates_are_found():
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_line_is_too_long(path):
    lines = path.read_text().splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST] == []
