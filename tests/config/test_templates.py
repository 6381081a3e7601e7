"""Templates are formatted by djLint, which wraps no text: how long a line gets is held here."""

import re
from pathlib import Path

import pytest
from django.template import Engine
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


def test_pages_come_without_the_indents_of_their_source_and_mails_with_them(tmp_path):
    source = "<ul>\n    <li>\n\tfirst  second\n    {% if a %}\n      third{% endif %}</ul>\n"
    engine = Engine(dirs=[str(tmp_path)], loaders=["config.template_loaders.WithoutIndents"])
    for name in ("page.html", "mail.txt"):
        (tmp_path / name).write_text(source)
    page, mail = (engine.get_template(name).source for name in ("page.html", "mail.txt"))
    assert page == "<ul>\n<li>\nfirst  second\n{% if a %}\nthird{% endif %}</ul>\n"
    assert mail == source


@pytest.mark.parametrize("path", OURS, ids=str)
def test_no_text_of_a_page_depends_on_its_indents(path):
    assert not re.search(r"<(pre|textarea)\b", (ROOT / "templates" / path).read_text())


@pytest.mark.parametrize("path", OURS, ids=str)
def test_it_compiles(path):
    """Ask for every tag and filter, also in parts that no test of a page reaches."""
    assert get_template(str(path), using="django")


@pytest.mark.parametrize("path", REPEATED, ids=str)
def test_it_compiles_by_jinja2(path):
    assert get_template(str(path), using="jinja2")
