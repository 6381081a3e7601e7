"""The real demo, in a folder of its own: two programs, one address, nothing left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.scripts.migrated import put_database
from tests.stand_in import ADA, StandIn

ROOT = Path(__file__).parents[2]
# All collect into one folder.
pytestmark = [pytest.mark.xdist_group("collectstatic"), pytest.mark.long]


class Demo:
    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.demo", str(folder)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PORT": str(port), "DEBUG": "on"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def announcement(self) -> str:
        told = ""
        for line in self.process.stdout:
            told += line
            if "Ctrl-C" in line:
                break
        return told

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        return self.process.returncode, rest


@pytest.fixture
def port() -> int:
    """Return a free port after which the next one, for the stand-in, is free too.

    Below those that the system gives to programs that ask for any, as other tests do meanwhile.
    """
    ports = range(21000, 30000, 2)
    return next(port for port in ports if can_be_bound(port) and can_be_bound(port + 1))


@pytest.fixture
def migrated(tmp_path: Path) -> None:
    """Give the demo, if asked for before it, a database with all tables."""
    put_database(tmp_path / "demo.sqlite3")


@pytest.fixture
def demo(port: int, tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(port, tmp_path)
    yield demo
    if demo.process.poll() is None:
        demo.stop()
    demo.process.stdout.close()


def can_be_bound(port: int) -> bool:
    """Tell whether nobody listens there, and no connection of before still lingers."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_runs_prints_one_address_and_stops_everything(demo, port, tmp_path):
    told = demo.announcement()
    assert re.findall(r"Open\s+(\S+)", told) == [f"http://localhost:{port}/"], told
    page = requests.get(f"http://localhost:{port}/", timeout=10)
    assert "Sign in with Asana" in page.text
    style = re.search(r'href="(/static/onelist/base[^"]+)"', page.text)
    assert requests.get(f"http://localhost:{port}{style[1]}", timeout=10).status_code == 200
    assert "admin" in told
    code, rest = demo.stop()
    assert code == 0
    assert "Traceback" not in rest
    assert is_free(port)
    assert is_free(port + 1)

    again = Demo(port, tmp_path)
    assert "Onelist is running" in again.announcement()
    code, rest = again.stop()
    assert (code, rest.splitlines()[-1]) == (0, "Stopping.")


def test_mails_go_into_a_file_and_not_below_the_address(migrated, demo, port, tmp_path):
    told = demo.announcement()
    mails = tmp_path / "demo-mails.txt"
    assert str(mails) in told
    assert mails.stat().st_mode & 0o077 == 0
    stand_in = StandIn(demo.process, f"http://127.0.0.1:{port + 1}")
    browser, site = requests.Session(), f"http://localhost:{port}"
    page = browser.get(f"{site}/login/", timeout=10).text
    form = {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]}
    started = browser.post(f"{site}/login/asana/", form, allow_redirects=False, timeout=10)
    browser.get(stand_in.allow(started.headers["Location"], ADA), timeout=30)
    code, rest = demo.stop()
    assert code == 0
    assert "Subject: " not in rest
    assert "Subject: " in mails.read_text()
    assert "ada@example.com" in mails.read_text()


def test_its_secrets_are_its_owners_alone_and_never_printed(migrated, demo, tmp_path):
    told = demo.announcement()
    secrets = tmp_path / "demo.env"
    assert secrets.stat().st_mode & 0o077 == 0
    for line in secrets.read_text().splitlines():
        assert line.partition("=")[2] not in told


@pytest.mark.parametrize("neighbour", [0, 1])
def test_a_taken_port_is_a_clear_sentence(port, tmp_path, neighbour):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + neighbour))
        other.listen()
        demo = Demo(port, tmp_path)
        told, _ = demo.process.communicate(timeout=30)
    assert demo.process.returncode == 1
    assert told.startswith(f"Port {port + neighbour}, wanted for the ")
    assert "PORT=" in told
    assert "Traceback" not in told
