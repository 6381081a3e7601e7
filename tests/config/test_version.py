"""One version: shown by `manage.py`, by every page, and told of in the changelog."""

import re
import subprocess
import sys

import django
import pytest
from django.template.loader import render_to_string
from packaging.version import Version

from config import VERSION
from tests.stand_in import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
HEAD = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)
FOOT = f"Onelist {VERSION}"


@pytest.mark.process
@pytest.mark.parametrize("argument", ["--version", "version"])
def test_manage_py_shows_it_without_any_settings(argument):
    done = subprocess.run(
        [sys.executable, "manage.py", argument],
        env={"ENV_FILE": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"Onelist {VERSION} (Django {django.get_version()})\n"


@pytest.mark.parametrize("path", ["/tasks/", "/tasks/calendar/", "/accounts/", "/nowhere/"])
@pytest.mark.parametrize("who", ["owner", "other_user"])
def test_pages_of_people_show_it(request, running_asana, who, path):
    assert FOOT in request.getfixturevalue(who).get(path).content.decode()


@pytest.mark.parametrize("path", ["/admin/", "/tasks/"])
def test_pages_of_an_administrator_show_it(administrator, path):
    assert FOOT in administrator.get(path).content.decode()


@pytest.mark.parametrize("path", ["/login/", "/nowhere/", "/admin/login/"])
def test_pages_of_visitors_show_it(db, nobody, path):
    assert FOOT in nobody.get(path).content.decode()


def test_a_page_that_knows_nothing_goes_without():
    assert "Onelist 0" not in render_to_string("500.html")


def test_the_changelog_tells_of_it_first():
    """Expect the number of the next release, and `.dev0`, of what is not released yet."""
    heads = HEAD.findall(CHANGELOG)
    assert heads[0] == ("Unreleased", "")
    assert all(day for _version, day in heads[1:])
    released = Version(heads[1][0])
    assert Version(VERSION) > released if Version(VERSION).is_devrelease else heads[1][0] == VERSION


def test_the_readme_tells_how_to_upgrade_from_what_was_released():
    _, (released, _), *_ = HEAD.findall(CHANGELOG)
    assert f"### Upgrade from {released}\n" in (ROOT / "README.md").read_text()


def test_every_head_of_the_changelog_is_read():
    assert len(HEAD.findall(CHANGELOG)) == len(re.findall(r"^## ", CHANGELOG, re.MULTILINE))
