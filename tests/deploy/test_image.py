"""The Dockerfile: linted, held against the project, and carried out without a container engine."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

from scripts.ports import free_port
from tests.config.test_documentation import NAMES
from tests.deploy import image
from tests.deploy.commands import check_command
from tests.stand_in import ROOT

TARGETS = ["site", "celery", "demo"]
BIN = Path(sys.executable).parent


def lock_of(command: str) -> list[str]:
    return re.findall(r"-r (\S+)", command)


def test_the_last_stage_is_the_site_itself():
    assert list(image.stages())[-1] == "site"
    assert set(TARGETS) <= set(image.stages())


def test_the_base_image_is_named_by_its_digest_and_by_the_python_of_the_locks():
    text = image.DOCKERFILE.read_text()
    assert re.search(r"^ARG PYTHON=python:3\.11\.\d+-slim-\w+@sha256:[0-9a-f]{64}$", text, re.M)
    assert "--python-version 3.11" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("name", TARGETS)
def test_it_runs_as_a_user_without_rights(name):
    assert image.last(name, "USER") == ["10001"]
    assert image.last(name, "VOLUME") == ["/var/lib/onelist"]


@pytest.mark.parametrize("name", TARGETS)
def test_its_environment_holds_settings_that_exist_and_no_secret(name):
    ours = set(image.environment(name)) - {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert ours == {"ENV_FILE", "VAR_DIR"}
    assert ours <= set(NAMES)


@pytest.mark.parametrize("stage", ["packages", "celery-packages", "demo-packages"])
def test_packages_are_those_of_the_locks_with_their_hashes(stage):
    commands = " ".join(step.value for step in image.stages()[stage].all("RUN"))
    assert commands.count("pip install") == 1
    assert "--require-hashes --only-binary :all: -r" in commands
    assert "--require-hashes --only-binary :all:" in (ROOT / "Makefile").read_text()
    (lock,) = lock_of(commands)
    assert (ROOT / lock).is_file()


@pytest.mark.parametrize("name", TARGETS)
def test_what_it_starts_exists(name):
    check_command(image.last(name, "CMD"))


def test_it_is_healthy_if_the_web_server_answers():
    (health,) = image.stages()["code"].all("HEALTHCHECK")
    assert "http://127.0.0.1:8000/healthz" in health.value
    assert image.last("site", "CMD")[-1] == "0.0.0.0:8000"
    assert image.last("site", "EXPOSE") == ["8000"]


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "onelist.env", "secrets/token_keys", "var/onelist.sqlite3", ".git/config"),
        *("tests/conftest.py", "bench/pages.py", "docs/running.md", "compose.yaml"),
        "config/__pycache__/settings.cpython-311.pyc",
    ],
)
def test_secrets_and_what_does_not_run_stay_out_of_the_build(path):
    assert not image.is_sent(path)


@pytest.mark.process
def test_hadolint_finds_nothing():
    done = subprocess.run(
        [BIN / "hadolint", image.DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> image.Build:
    """Build with the packages of this environment, which the same pip command has installed."""
    return image.Build(tmp_path_factory.mktemp("build"), packages=Path(sys.prefix))


class Container:
    """A folder as a container would have it: this source, no other, and one folder to write to."""

    def __init__(self, root: Path, name: str, **environ: str) -> None:
        self.code = root / "srv/onelist"
        self.port = free_port()
        self.python = str(root / "opt/onelist/venv/bin/python")
        self.env = {
            **image.environment(name),
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(root / "var/lib/onelist"),
            **environ,
        }

    def run(self, *words: str) -> None:
        subprocess.run([self.python, *words], cwd=self.code, env=self.env, check=True)

    def files(self) -> dict[str, float]:
        return {str(path): path.stat().st_mtime for path in self.code.rglob("*")}


def container(build: image.Build, stage: str, **environ: str) -> Container:
    """Return a container of a stage, with its secrets as files."""
    root = build.stage(stage)
    secrets = {
        "SECRET_KEY": "s" * 50,
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "ASANA_CLIENT_SECRET": "hush-hush-hush",
        "DATABASE_URL": f"sqlite:///{root}/var/lib/onelist/onelist.sqlite3",
    }
    files = {f"{name}_FILE": root / name.lower() for name in secrets}
    for name, secret in secrets.items():
        files[f"{name}_FILE"].write_text(secret + "\n")
    return Container(
        root,
        stage,
        SITE_URL="https://tasks.example.com",
        ASANA_CLIENT_ID="1200000000000999",
        TRUSTED_PROXIES="1",
        **{name: str(path) for name, path in files.items()},
        **environ,
    )


@pytest.mark.process
def test_the_site_answers_from_what_was_copied_and_writes_to_its_volume_alone(build):
    site = container(build, "site")
    before = site.files()
    site.run("manage.py", "check_start")
    site.run("manage.py", "migrate", "-v", "0")
    site.run("manage.py", "collectstatic", "--noinput", "-v", "0")
    site.run("manage.py", "check_start", "--migrated")
    *command, address = image.last("site", "CMD")
    address = address.replace("0.0.0.0:8000", f"127.0.0.1:{site.port}")
    with subprocess.Popen(
        [site.python, *command[1:], address], cwd=site.code, env=site.env
    ) as process:
        try:
            page = answered(site.port)
        finally:
            process.terminate()
    assert "Sign in with Asana" in page.text
    assert site.files() == before


@pytest.mark.process
@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("celery", "from config.celery import app; app.loader.import_default_modules()"),
        ("demo", "import scripts.demo, fake_asana.__main__"),
    ],
)
def test_other_stages_have_what_their_commands_import(build, stage, code):
    container(build, stage, REDIS_URL="redis://redis:6379/0").run("-c", code)


def answered(port: int) -> requests.Response:
    """Return the response to /login/ as a proxy with https asks for it."""
    headers = {"Host": "tasks.example.com", "X-Forwarded-Proto": "https"}
    deadline = time.monotonic() + 60
    while True:
        try:
            return requests.get(f"http://127.0.0.1:{port}/login/", headers=headers, timeout=30)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "It does not answer"
            time.sleep(0.1)
