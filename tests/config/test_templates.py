"""Templates are formatted by djLint, which wraps no text: how long a line gets is held here."""

from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2]
TEMPLATES = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("fake_asana/templates/*.html")]
JINJA = ROOT / "templates" / "jinja2"
REPEATED = [path.relative_to(JINJA) for path in JINJA.glob("**/*.*")]
OURS = [
    path.relative_to(ROOT / "templates")
    for path in ROOT.glob("templates/**/*.*")
    if not path.is_relative_to(JINJA)
]
LONGEST = 160


def test_the_templates_are_found():
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_line_is_too_long(path):
    lines = path.read_text().splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST] == []


@pytest.mark.parametrize("path", OURS, ids=str)
def test_tasks_are_synced_and_not_fetched(path):
    """Pages and mails use one word for one thing (docs/architecture.md, Glossary)."""
    assert "fetch" not in (ROOT / "templates" / path).read_text().lower()


@pytest.mark.parametrize("path", OURS, ids=str)
def test_it_compiles(path):
    """Ask for every tag and filter, also in parts that no test of a page reaches."""
    assert get_template(str(path), using="django")


@pytest.mark.parametrize("path", REPEATED, ids=str)
def test_it_compiles_by_jinja2(path):
    assert get_template(str(path), using="jinja2")
