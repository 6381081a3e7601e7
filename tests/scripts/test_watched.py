"""The real web server with several processes, asked by balancers and by Prometheus."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

import psutil
import pytest
import requests
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families

from scripts.ports import free_port
from tests.asana_tasks.workers import until
from tests.stand_in import ROOT

TOKEN = "t0ken-" * 8
PATIENCE = 60


class Program:
    """A program of the site, with https as its address and without a proxy in front."""

    def __init__(self, folder: Path, *command: str, **environ: str) -> None:
        # A file: a pipe that nobody reads stops who fills it.
        self.output = NamedTemporaryFile("r")  # noqa: SIM115  (closed by `end`)
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "ENV_FILE": "",
                "SECRET_KEY": "x" * 50,
                "TOKEN_KEYS": Fernet.generate_key().decode(),
                "SITE_URL": "https://tasks.example.com",
                "ASANA_CLIENT_ID": "1200",
                "ASANA_CLIENT_SECRET": "only-for-a-test",
                "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
                "VAR_DIR": str(folder),
                "METRICS_TOKEN": TOKEN,
                **environ,
            },
            stdout=self.output.fileno(),
            stderr=subprocess.STDOUT,
        )

    def end(self, *, by_itself: bool = False) -> str:
        """End it, or wait until it does; return what it has said."""
        if not by_itself:
            self.process.terminate()
        self.process.wait(PATIENCE)
        with self.output:
            return Path(self.output.name).read_text()


class Site:
    def __init__(self, folder: Path, **environ: str) -> None:
        self.port = free_port()
        address = f"127.0.0.1:{self.port}"
        self.program = Program(folder, "-m", "scripts.web_server", address, **environ)
        wait_for(self.program, self.port)

    def get(self, path: str, method: str = "GET", **headers: str) -> requests.Response:
        """Ask as a balancer does: for the machine, over plain http, with a new connection."""
        return requests.request(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": f"10.0.0.5:{self.port}", "Connection": "close", **headers},
            allow_redirects=False,
            timeout=PATIENCE,
        )

    def page(self, path: str) -> int:
        return self.get(
            path, Host="tasks.example.com", **{"X-Forwarded-Proto": "https"}
        ).status_code

    def count(self, name: str, **labels: str) -> float:
        return count(self.get("/metrics", Authorization=f"Bearer {TOKEN}"), name, **labels)


def wait_for(program: Program, port: int) -> None:
    for _ in range(PATIENCE * 20):
        try:
            requests.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE)
        except requests.ConnectionError:
            with pytest.raises(subprocess.TimeoutExpired):
                program.process.wait(0.05)
        else:
            return
    pytest.fail("It does not answer")


def count(response: requests.Response, name: str, **labels: str) -> float:
    """Return the sum of the samples of that name with these labels."""
    assert response.status_code == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    program = Program(folder, "manage.py", "migrate", "--verbosity", "0")
    told = program.end(by_itself=True)
    assert program.process.returncode == 0, told
    return folder / "site.sqlite3"


@pytest.fixture
def migrated(database, tmp_path) -> Path:
    """Return a folder with a database that is up to date."""
    shutil.copy(database, tmp_path)
    return tmp_path


@pytest.fixture
def started() -> Iterator[list]:
    sites: list[Site] = []
    yield sites
    for site in sites:
        site.program.end()


def test_several_processes_answer_probes_and_count_together(migrated, started):
    site = Site(migrated, WEB_CONCURRENCY="2", TRUSTED_PROXIES="1")
    started.append(site)
    until(lambda: site.get("/readyz").ok)  # on a busy machine the first checks may take too long
    for path in ("/healthz", "/readyz"):
        response, head = site.get(path), site.get(path, "HEAD")
        assert (response.status_code, head.status_code, head.content) == (200, 200, b"")
        assert response.headers["Content-Type"] == "application/json"
        assert "Location" not in response.headers
        assert site.get(path, "POST").status_code == 405
    assert site.get("/login/").status_code == 301  # as any page is led to https
    assert site.get("/metrics").status_code == 401
    labels = {"view": "asana_tasks:task_list", "status": "302"}
    for _ in range(20):
        assert site.page("/tasks/") == 302
        assert site.get("/healthz").status_code == 200
    assert [site.count("onelist_http_requests_total", **labels) for _ in range(6)] == [20.0] * 6
    (folder,) = (migrated / "metrics").iterdir()
    assert len(list(folder.glob("counter_*.db"))) >= 2
    # a web server beside it, such as after a restart of the service, counts on
    other = Site(migrated, TRUSTED_PROXIES="1")
    assert other.page("/tasks/") == 302
    assert "Traceback" not in other.program.end()
    assert site.count("onelist_http_requests_total", **labels) == 21


def test_while_the_database_hangs_they_answer_in_bounded_time(tmp_path, started):
    """All threads for pages wait; a server that takes connections and says nothing is the worst."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        port = silent.getsockname()[1]
        site = Site(
            tmp_path, DATABASE_URL=f"postgres://a:b@127.0.0.1:{port}/c", TRUSTED_PROXIES="1"
        )
        started.append(site)
        pages = []
        for _ in range(20):
            page = socket.create_connection(("127.0.0.1", site.port))
            page.sendall(
                b"GET /tasks/ HTTP/1.1\r\nHost: tasks.example.com\r\nX-Forwarded-Proto: https\r\n"
                b"Cookie: __Host-onelist=" + b"k" * 32 + b"\r\n\r\n"
            )
            pages.append(page)
        assert site.get("/healthz").status_code == 200
        response = site.get("/readyz")
        assert response.status_code == 503
        assert response.json()["checks"]["database"] == "failed"
        assert site.count("onelist_gauges_up", source="syncs") == 0
        for page in pages:
            page.close()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_worker_on_a_machine_of_its_own_serves_them_too(migrated, log_format):
    port = free_port()
    worker = Program(
        migrated,
        "manage.py",
        "worker",
        METRICS_ADDRESS=f"127.0.0.1:{port}",
        LOG_FORMAT=log_format,
    )
    try:
        wait_for(worker, port)
        url = f"http://127.0.0.1:{port}"
        assert requests.get(f"{url}/login/", timeout=PATIENCE).status_code == 404
        assert requests.get(f"{url}/metrics", timeout=PATIENCE).status_code == 401
        sent = {"Authorization": f"Bearer {TOKEN}"}
        until(
            lambda: count(
                requests.get(f"{url}/metrics", headers=sent, timeout=PATIENCE),
                "onelist_gauges_up",
                source="syncs",
            )
        )
        assert psutil.Process(worker.process.pid).is_running()
    finally:
        said = worker.end()
    assert "Traceback" not in said
