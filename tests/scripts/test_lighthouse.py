"""Install Lighthouse when its lock has changed; say so where that fails, and never skip."""

import os
from pathlib import Path

import pytest

from scripts import lighthouse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a lock, whose packages are not there."""
    (tmp_path / "package-lock.json").write_text('{"version": 1}')
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let nothing be on the PATH but what a test puts into this folder."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    monkeypatch.setenv("PATH", str(bin_))
    return bin_


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)


def with_npm(programs: Path, script: str) -> None:
    program(programs, "node", "echo v20.20.2")
    program(programs, "npm", f"PATH={os.defpath}\n{script}")


@pytest.mark.parametrize("version", ["v18.15.0", "v9.9.9", "what?"])
def test_an_old_node_is_none(programs: Path, folder: Path, version: str):
    program(programs, "node", f"echo {version}")
    program(programs, "npm", "")
    with pytest.raises(SystemExit, match=r"Node\.js 18\.16 or newer.*\n.*apt install nodejs npm"):
        lighthouse.main(folder)


def test_a_machine_without_them_says_what_to_install(programs: Path, folder: Path):
    with pytest.raises(SystemExit, match="apt install nodejs npm"):
        lighthouse.main(folder)


@pytest.mark.parametrize("version", ["v18.16.0", "v20.20.2", "v100.0.0"])
def test_these_are_new_enough(programs: Path, version: str):
    program(programs, "node", f"echo {version}")
    program(programs, "npm", "")
    assert lighthouse.has_node()


def test_npm_is_asked_once_for_each_lock(programs: Path, folder: Path):
    with_npm(programs, "mkdir -p node_modules; echo $1 >> asked")
    lighthouse.main(folder)
    lighthouse.main(folder)
    assert (folder / "asked").read_text() == "ci\n"
    (folder / "package-lock.json").write_text('{"version": 2}')
    assert not lighthouse.is_installed(folder)
    lighthouse.main(folder)
    assert (folder / "asked").read_text() == "ci\nci\n"


def test_a_registry_out_of_reach_is_said_and_is_a_failure(programs: Path, folder: Path):
    with_npm(programs, "echo 'npm error code ENOTFOUND' >&2; exit 1")
    for _ in range(2):
        with pytest.raises(SystemExit, match="which npm could not install") as ended:
            lighthouse.main(folder)
        assert str(ended.value).endswith("\nnpm error code ENOTFOUND")


def test_the_lock_names_no_registry():
    """Whoever installs asks their own."""
    lock = (lighthouse.FOLDER / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 100
