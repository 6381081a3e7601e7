"""The real `make run`, with an environment file of its own: site and housekeeping, side by side."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.environment import free_port

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("collectstatic")  # into one folder, one at a time


class Site:
    def __init__(self, folder: Path, **environ: str) -> None:
        self.port = free_port()
        (folder / ".env").touch()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve", str(folder / ".env")],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "PORT": str(self.port),
                "ENV_FILE": str(folder / ".env"),
                "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
                "SITE_URL": f"http://localhost:{self.port}",
                "ASANA_CLIENT_ID": "1200000000000999",
                "ASANA_CLIENT_SECRET": "only-for-a-test",
                **environ,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def responses(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert requests.get(f"http://localhost:{self.port}/login/", timeout=5).ok
            except requests.ConnectionError:
                assert self.process.poll() is None, self.process.communicate()
            else:
                return
        pytest.fail("It does not answer")

    def parts(self) -> dict[str, psutil.Process]:
        """Its own programs, by name."""
        programs = {}
        for child in psutil.Process(self.process.pid).children():
            line = " ".join(child.cmdline())
            programs["housekeeping" if "housekeeping" in line else "gunicorn"] = child
        return programs


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    if site.process.poll() is None:
        site.process.terminate()
        site.process.communicate(timeout=30)
    site.process.stdout.close()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_housekeeping_runs_beside_the_site_and_ends_with_it(site, name):
    site.responses()
    parts = site.parts()
    assert set(parts) == {"gunicorn", "housekeeping"}
    site.process.send_signal(getattr(signal, name))
    told, _ = site.process.communicate(timeout=30)
    assert site.process.returncode == 0, told
    assert "Traceback" not in told
    assert not any(part.is_running() for part in parts.values())


@pytest.mark.parametrize("name", ["gunicorn", "housekeeping"])
def test_if_one_of_them_dies_the_other_is_not_left_behind(site, name):
    """Whoever watches over `make run` starts both again."""
    site.responses()
    parts = site.parts()
    parts[name].kill()
    told, _ = site.process.communicate(timeout=30)
    assert site.process.returncode == 1
    assert f"ended unexpectedly: {name} was killed by SIGKILL." in told
    assert not any(part.is_running() for part in parts.values())


def test_whoever_starts_while_another_still_prepares_waits_for_it(tmp_path):
    """They collect files into one folder. A command may outlive whoever started it, and still has
    the lock then."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "preparing.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        site = Site(tmp_path)
        program = psutil.Process(site.process.pid)
        deadline = time.monotonic() + 30
        while not any("preparing.lock" in each.path for each in program.open_files()):
            assert time.monotonic() < deadline, "It does not ask for the lock"
            time.sleep(0.05)
        assert program.children() == []
    site.responses()
    site.process.terminate()
    site.process.communicate(timeout=30)


def test_what_is_missing_is_one_sentence(tmp_path):
    site = Site(tmp_path, ASANA_CLIENT_SECRET="")
    told, _ = site.process.communicate(timeout=60)
    assert site.process.returncode == 1
    assert "ASANA_CLIENT_SECRET is not set" in told
    assert "Traceback" not in told
