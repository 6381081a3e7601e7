"""The code of the last release, from the project's history, on the schema of now.

An upgrade without a stop runs both at the same time: the old code has to survive what migrations
do. 0.9.0 does not, which is why its upgrade begins with a stop (README.md).
"""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from accounts.models import User
from tests.accounts.parallel import environment
from tests.config.test_version import CHANGELOG, HEAD
from tests.stand_in import ROOT, StandIn

pytestmark = pytest.mark.process
RELEASE, COMMIT = "0.9.0", "8f862747257882e29bddcf966ce12ec035c28c99"
PROBE = (Path(__file__).parent / "old_code_probe.py").read_text()

NEEDS_A_STOP = {"0.9.0"}  # to be left as it is: from 0.10.0 on none does


@pytest.fixture(scope="module")
def old_code(tmp_path_factory) -> Path:
    """Return a folder with the files of the release."""
    folder = tmp_path_factory.mktemp("released")
    packed = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:  # a copy without history, or with a part of it
        pytest.skip(f"needs the project's history with {RELEASE} ({COMMIT[:7]}), which isn't here")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def failures(code: Path, asana: StandIn) -> dict[str, str]:
    """Let code sign in, sync, change, show pages, read and write each table; return what failed."""
    done = subprocess.run(
        [sys.executable, "-"],
        input=PROBE,
        env=environment(DJANGO_SETTINGS_MODULE="config.settings", ASANA_URL=asana.url),
        cwd=code,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout)
    assert {"sign in", "sync", "change", "write asana_tasks.task"} <= set(told)
    return {name: error for name, error in told.items() if error}


def test_it_is_the_last_release():
    assert HEAD.findall(CHANGELOG)[1][0] == RELEASE, "Name the release and its commit here"


def test_old_code_works_on_the_schema_of_now(old_code, transactional_db, asana):
    failed = failures(old_code, asana)
    if RELEASE not in NEEDS_A_STOP:
        assert failed == {}
    else:  # it refuses, and loses nothing: no row was written in part
        assert {"sign in", "read asana_tasks.task", "write accounts.auditentry"} <= set(failed)
        assert not User.objects.exists()


def test_so_does_the_code_of_now(transactional_db, asana):
    """Show that what is asked of old code can be done."""
    assert failures(ROOT, asana) == {}
