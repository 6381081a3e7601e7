"""docs/running.md: the commands that it gives can be given, the files that it names are there."""

import re
import shlex

import pytest

from tests.deploy.commands import check_command
from tests.deploy.test_compose import SERVICES
from tests.stand_in import ROOT

TEXT = (ROOT / "docs" / "running.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line.strip() for block in BLOCKS for line in block.splitlines()]
CRON = re.search(r"^\* \* \* \* \* cd /srv/onelist && (.*)$", TEXT, re.MULTILINE)
OPTIONS_WITH_VALUE = {"--profile", "--scale"}


def of(beginning: str) -> list[str]:
    found = [command for command in COMMANDS if command.startswith(beginning)]
    assert found
    return found


@pytest.mark.parametrize("command", [*of(".venv/bin/python manage.py "), CRON[1]])
def test_commands_of_the_site_exist(command):
    check_command(command)


@pytest.mark.parametrize("command", of("make "))
def test_targets_of_make_exist(command):
    target = command.split()[1]
    assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", of("docker compose "))
def test_services_of_compose_exist(command):
    words = shlex.split(command)[2:]
    named = {word.partition("=")[0] for word in words} & {*SERVICES, "celery", "demo"}
    if "run" in words:
        service = next(word for word in words[words.index("run") + 1 :] if word[0] != "-")
        assert service in SERVICES
        if further := words[words.index(service) + 1 :]:
            check_command(further)
    elif "--no-deps" in words:
        assert words[-1] in SERVICES
    else:
        assert named or words == ["build"] or "up" in words


def test_files_of_deploy_exist():
    named = set(re.findall(r"deploy/[\w./-]*\w", TEXT))
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "deploy").rglob("*")}
    assert named - there == set()
    assert {path for path in there if (ROOT / path).is_file()} <= named


def test_links_lead_to_headings():
    for page, anchor in re.findall(r"\]\(([\w./]*)#([\w-]+)\)", TEXT):
        target = (ROOT / "docs" / page).read_text() if page else TEXT
        headings = re.findall(r"^#+ (.+)$", target, re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
        assert anchor in anchors, (page, anchor)
