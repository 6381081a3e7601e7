"""The units: what they start exists, they are hardened, and systemd takes them."""

import subprocess

import pytest

from scripts import deploy_tools
from tests.deploy.commands import check_command
from tests.deploy.units import FOLDER, NAMES, Line, lines, values
from tests.stand_in import ROOT

HOME = "/srv/onelist"
OWN = {
    ("Unit", "Description"),
    *(("Service", name) for name in ("ExecStart", "KillMode", "TimeoutStopSec")),
}
SECURITY = 20  # systemd's exposure times ten: 2.0 of 10


def shared(unit: str) -> list[Line]:
    return [line for line in lines(FOLDER / unit) if (line.section, line.name) not in OWN]


def test_there_is_one_for_each_program():
    assert NAMES == [
        "onelist-beat.service",
        "onelist-celery.service",
        "onelist-worker.service",
        "onelist.service",
    ]


@pytest.mark.parametrize("unit", NAMES)
def test_what_it_starts_exists(unit):
    commands = [*values(unit, "ExecStartPre"), *values(unit, "ExecStart")]
    assert len(commands) == 2
    for command in commands:
        assert command.startswith(f"{HOME}/.venv/bin/")
        check_command(command)


@pytest.mark.parametrize("unit", NAMES)
def test_it_runs_in_one_folder_and_writes_to_var_alone(unit):
    assert values(unit, "WorkingDirectory") == [HOME]
    assert values(unit, "ReadWritePaths") == [f"{HOME}/var"]
    assert values(unit, "ProtectSystem") == ["strict"]
    assert values(unit, "User") == ["onelist"]


@pytest.mark.parametrize("unit", NAMES)
def test_it_refuses_to_start_on_an_older_database(unit):
    assert values(unit, "ExecStartPre") == [
        f"{HOME}/.venv/bin/python manage.py check_start --migrated"
    ]


@pytest.mark.parametrize("unit", NAMES)
def test_all_are_hardened_alike(unit):
    assert shared(unit) == shared("onelist.service")
    assert (FOLDER / unit).read_text().startswith(f"# /etc/systemd/system/{unit}\n")


@pytest.mark.parametrize("unit", NAMES)
def test_the_docs_name_it(unit):
    assert f"deploy/systemd/{unit}" in (ROOT / "docs" / "running.md").read_text()


@pytest.mark.process
@pytest.mark.deploy
@pytest.mark.parametrize("unit", NAMES)
def test_systemd_takes_it(tmp_path, unit):
    """Verify a copy whose programs exist, and rate how exposed it is."""
    analyze = str(deploy_tools.find("systemd-analyze"))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "celery"):
        (tmp_path / ".venv" / "bin" / name).touch(mode=0o755)
    copy = tmp_path / unit
    copy.write_text((FOLDER / unit).read_text().replace(HOME, str(tmp_path)))
    verified = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    subprocess.run(
        [analyze, "security", "--offline=yes", f"--threshold={SECURITY}", str(copy)],
        stdout=subprocess.DEVNULL,
        check=True,
    )
