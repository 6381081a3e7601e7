"""compose.yaml: valid for Compose, its settings and commands exist, its secrets are files."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.config.test_documentation import NAMES
from tests.deploy import image
from tests.deploy.commands import check_command
from tests.stand_in import ROOT

FILE = ROOT / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["prepare", "web1", "web2", "worker", "celery", "beat"]
BUILT = [*OURS, "demo"]
SECRETS = {"DATABASE_URL", "SECRET_KEY", "TOKEN_KEYS", "ASANA_CLIENT_SECRET"}


@pytest.mark.process
def test_it_keeps_to_the_schema_of_compose():
    tool = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_without_a_profile_it_is_two_processes_a_worker_and_what_they_need():
    without = {name for name, about in SERVICES.items() if "profiles" not in about}
    assert without == {"prepare", "web1", "web2", "worker", "caddy", "postgres", "redis"}
    assert SERVICES["celery"]["deploy"] == {"replicas": 2}
    assert [SERVICES[name]["profiles"] for name in ("celery", "beat", "demo")] == [
        ["celery"],
        ["celery"],
        ["demo"],
    ]


@pytest.mark.parametrize("name", OURS)
def test_its_settings_exist_and_secrets_are_files(name):
    environment = set(SERVICES[name]["environment"])
    read = {each.removesuffix("_FILE") for each in environment}
    assert read <= set(NAMES)
    assert {each.removesuffix("_FILE") for each in environment if each.endswith("_FILE")} == SECRETS
    for each in SECRETS:
        secret = each.lower()
        assert SERVICES[name]["environment"][f"{each}_FILE"] == f"/run/secrets/{secret}"
        assert secret in SERVICES[name]["secrets"]
        assert COMPOSE["secrets"][secret] == {"file": f"secrets/{secret}"}


@pytest.mark.parametrize("name", BUILT)
def test_its_image_is_a_stage_and_its_command_exists(name):
    service = SERVICES[name]
    assert service["build"]["target"] in image.stages()
    command = service.get("command") or image.last(service["build"]["target"], "CMD")
    if name == "prepare":
        for line in command[-1].splitlines():
            check_command(line)
    else:
        check_command(command)


@pytest.mark.parametrize("name", BUILT)
def test_it_writes_to_its_volume_alone_and_gains_no_right(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    (volume,) = service["volumes"]
    named, there = volume.split(":")
    assert named in COMPOSE["volumes"]
    assert image.last(service["build"]["target"], "VOLUME") == [there]


@pytest.mark.parametrize("name", [each for each in OURS if each != "prepare"])
def test_migrations_run_once_before_it(name):
    assert SERVICES[name]["depends_on"]["prepare"] == {
        "condition": "service_completed_successfully"
    }


def test_caddy_knows_both_processes():
    upstreams = SERVICES["caddy"]["environment"]["ONELIST_UPSTREAMS"]
    assert upstreams == "web1:8000 web2:8000"
    assert "{$ONELIST_UPSTREAMS:" in (ROOT / "deploy" / "caddy" / "Caddyfile").read_text()


@pytest.mark.parametrize("name", ["caddy", "postgres", "redis"])
def test_images_of_others_are_pinned(name):
    version = SERVICES[name]["image"].partition(":")[2]
    assert version.partition("-")[0].count(".") >= 1
    assert "latest" not in version
