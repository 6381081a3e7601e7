"""The real `make run`, with an environment file of its own: site and worker, side by side."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import psutil
import pytest
import requests
from cryptography.fernet import Fernet
from django.db import connection

from scripts.ports import free_port
from tests.relay import Relay
from tests.scripts.migrated import put_database

ROOT = Path(__file__).parents[2]
# All collect into one folder.
pytestmark = [pytest.mark.xdist_group("collectstatic"), pytest.mark.long]


class Site:
    started: ClassVar[list["Site"]] = []

    def __init__(self, folder: Path, *, file: Path | None = None, **environ: str) -> None:
        self.port = free_port()
        (folder / ".env").touch(mode=0o600)
        if not (folder / "site.sqlite3").exists():
            put_database(folder / "site.sqlite3")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve", str(file or folder / ".env")],
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
            start_new_session=True,
        )
        self.started.append(self)

    def responses(self, host: str = "localhost") -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                url = f"http://{host}:{self.port}/login/"
                assert requests.get(url, timeout=5, allow_redirects=False).ok
            except requests.ConnectionError:
                assert self.process.poll() is None, self.process.communicate()
            else:
                return
        pytest.fail("It does not answer")

    def asks_the_database(self) -> int:
        """Open a page with the cookie of some session; return the status."""
        page = requests.get(
            f"http://localhost:{self.port}/tasks/",
            cookies={"onelist": "k" * 32},
            allow_redirects=False,
            timeout=30,
        )
        return page.status_code

    def parts(self) -> dict[str, psutil.Process]:
        """Return the child processes of `make run`, by name."""
        programs = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # one that has just been killed
                line = " ".join(child.cmdline())
                programs["worker" if "manage.py worker" in line else "scripts.web_server"] = child
        return programs


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """End what a test that failed has left."""
    yield
    while Site.started:
        with Site.started.pop().process as process:
            process.terminate()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_worker_runs_beside_the_site_and_ends_with_it(site, name):
    site.responses()
    parts = site.parts()
    assert set(parts) == {"scripts.web_server", "worker"}
    site.process.send_signal(getattr(signal, name))
    told, _ = site.process.communicate(timeout=30)
    assert site.process.returncode == 0, told
    assert "Traceback" not in told
    assert not any(part.is_running() for part in parts.values())


def test_if_the_server_dies_the_worker_is_not_left_behind(site):
    """`make run` ends, so that a supervisor can start it again."""
    site.responses()
    parts = site.parts()
    parts["scripts.web_server"].kill()
    told, _ = site.process.communicate(timeout=30)
    assert site.process.returncode == 1
    assert "ended unexpectedly: scripts.web_server was killed by SIGKILL." in told
    assert not any(part.is_running() for part in parts.values())


def test_a_worker_that_dies_is_started_again_and_the_site_goes_on(site):
    site.responses()
    before = site.parts()
    before["worker"].kill()
    deadline = time.monotonic() + 30
    while site.parts().get("worker") in {None, before["worker"]}:
        assert time.monotonic() < deadline, "It is not started again"
        time.sleep(0.05)
    site.responses()
    assert site.parts()["scripts.web_server"] == before["scripts.web_server"]


@pytest.mark.parametrize("moment", ["at once", "while it prepares", "later"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_twice_to_the_group_leaves_nothing_behind(tmp_path, moment, name):
    site = Site(tmp_path)
    program = psutil.Process(site.process.pid)
    while moment != "at once" and site.process.poll() is None and not program.children():
        time.sleep(0.01)
    if moment == "later":
        site.responses()
    for _ in range(2):
        os.killpg(site.process.pid, getattr(signal, name))
    site.process.communicate(timeout=30)
    assert left_behind(tmp_path) == []


def left_behind(folder: Path) -> list[psutil.Process]:
    """Return the processes that were started with an environment file in that folder."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get("ENV_FILE") == str(folder / ".env"):
                found.append(each)
    return found


def test_everything_that_is_made_is_its_owners_alone(tmp_path):
    """The database, made from nothing, and its logs too, and an .env that others could read."""
    site = Site(tmp_path, VAR_DIR=str(tmp_path / "var"), DATABASE_URL="")
    (tmp_path / ".env").chmod(0o644)
    site.responses()
    made = [tmp_path / ".env", tmp_path / "var", *(tmp_path / "var").rglob("*")]
    assert {path.name for path in made} >= {"onelist.sqlite3", "preparing.lock", "static"}
    assert [path for path in made if path.stat().st_mode & 0o077] == []
    site.process.terminate()
    told, _ = site.process.communicate(timeout=30)
    assert f"{tmp_path / '.env'} could be read by others: now they can't." in told


def test_a_folder_that_cannot_be_written_is_none_with_everything_in_the_environment(tmp_path):
    (tmp_path / "var").touch()  # so nothing can be made there, by root neither
    nowhere = tmp_path / "var" / ".env"
    secrets = {"SECRET_KEY": "s" * 50, "TOKEN_KEYS": Fernet.generate_key().decode()}
    site = Site(tmp_path, VAR_DIR=str(tmp_path / "var"), ENV_FILE="", file=nowhere, **secrets)
    site.responses()
    site.process.terminate()
    told, _ = site.process.communicate(timeout=30)
    assert "Traceback" not in told

    site = Site(tmp_path, VAR_DIR=str(tmp_path / "var"), ENV_FILE="", DATABASE_URL="", **secrets)
    told, _ = site.process.communicate(timeout=30)
    assert site.process.returncode == 1
    assert "Set DATABASE_URL, or VAR_DIR to another folder" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"PORT": "1024"}, "PORT is 1024, but SITE_URL is http://localhost:"),
        ({"TRUSTED_PROXY": "1"}, "TRUSTED_PROXY is no setting of Onelist"),
        ({"HOST": "nowhere.invalid"}, "HOST=nowhere.invalid is no address of this machine"),
        ({"HOST": "192.0.2.1"}, "is no address of this machine"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(tmp_path, wrong, words):
    site = Site(tmp_path, **wrong)
    told, _ = site.process.communicate(timeout=60)
    assert site.process.returncode == 1
    assert words in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("host", "opened"), [("::1", "[::1]"), ("::", "[::1]")])
def test_it_listens_on_ipv6(tmp_path, host, opened):
    site = Site(tmp_path, HOST=host)
    site.responses(opened)
    site.process.terminate()
    site.process.communicate(timeout=30)


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
    assert told.count("ASANA_CLIENT_SECRET is not set") == 1
    assert "Traceback" not in told


@pytest.mark.skipif("postgres" not in os.environ["DATABASE_URL"], reason="SQLite is never down")
@pytest.mark.django_db(transaction=True)
def test_it_outlives_an_outage_of_its_database(tmp_path):
    about = connection.settings_dict
    address = f"{about['USER']}:{about['PASSWORD']}@127.0.0.1"
    with Relay(about["HOST"], int(about["PORT"] or 5432)) as relay:
        url = f"postgres://{address}:{relay.port}/{about['NAME']}"
        site = Site(tmp_path, DATABASE_URL=url)
        site.responses()
        assert site.asks_the_database() == 302
        relay.cut()
        assert [site.asks_the_database() for _ in range(3)] == [503] * 3
        relay.mend()
        assert site.asks_the_database() == 302
        site.process.terminate()
        told, _ = site.process.communicate(timeout=30)
    assert told.count("Service Unavailable: /tasks/") == 3
    assert "Traceback" not in told
