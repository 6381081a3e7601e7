"""In production a static file that is not there is an error page."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).parents[2]
NAMED = sorted(
    {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\{% static '([^']+)' %\}", template.read_text())
    }
    | set(re.findall(r'"(onelist/[^"]+)"', (ROOT / "config" / "web_app.py").read_text()))
)


def test_templates_name_static_files():
    assert "onelist/base.css" in NAMED


@pytest.mark.parametrize("name", NAMED)
def test_every_static_file_a_template_names_is_there(name):
    assert finders.find(name)


def test_every_stylesheet_and_script_is_named_somewhere():
    ours = {f"onelist/{path.name}" for path in (ROOT / "static" / "onelist").iterdir()}
    assert ours == set(NAMED)
