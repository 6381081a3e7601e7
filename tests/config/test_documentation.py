"""A setting that nobody can read about does not exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "config" / "settings.py", ROOT / "config" / "environment.py"]
READ = re.compile(
    r"(?:(?:environment|mail|services)\.\w+|env\.str|os\.environ\.get|names|required)\(\s*\"([A-Z][A-Z_]+)\""
)
NAMES = sorted({name for source in SOURCES for name in READ.findall(source.read_text())})


def test_the_settings_are_found():
    assert {"SITE_URL", "TOKEN_KEYS", "SIGN_IN_RATE", "ENV_FILE", "DATABASE_URL"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_stands_in_the_readme(name):
    assert f"| `{name}` |" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ENV_FILE"])
def test_every_setting_stands_in_the_example(name):
    assert re.search(rf"^{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_nothing_else_stands_in_the_example():
    listed = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert set(listed) == set(NAMES) - {"ENV_FILE"}


@pytest.mark.parametrize(
    "target",
    [
        *("demo", "run", "bench", "check", "format"),
        *("test", "test-fast", "test-services", "coverage", "soak", "test-browsers"),
        *("lock", "licences", "sbom"),
    ],
)
def test_every_command_of_the_readme_is_there(target):
    assert f"make {target}" in (ROOT / "README.md").read_text()
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_contributing_names_headings_that_the_readme_has():
    named = re.findall(r'"([^"]+)" in `README\.md`', (ROOT / "CONTRIBUTING.md").read_text())
    headings = re.findall(r"^#+ (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named
    assert set(named) <= set(headings)
