"""Tests that share a queue or a folder run one after another, in one process of pytest-xdist."""

import re
import subprocess
import sys

import pytest

GROUPED = """
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_each(number):
    pass
"""


@pytest.mark.process
def test_a_group_runs_in_one_process(tmp_path):
    """Pytest 9.2 and pytest-xdist 3.8 do not agree on where the group is noted."""
    path = tmp_path / "test_grouped.py"
    path.write_text(GROUPED)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # not the project's own settings
    options = ["-v", "-n", "2", "--dist", "loadgroup"]
    quiet = ["-p", "no:cacheprovider", "-p", "no:django", "-p", "no:randomly"]
    command = [sys.executable, "-m", "pytest", *options, *quiet, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    workers = re.findall(r"^\[(gw\d)\]", done.stdout, re.MULTILINE)
    assert len(workers) == 6, done.stdout + done.stderr
    assert len(set(workers)) == 1
