"""Every command of the site begins here."""

import subprocess
import sys

import pytest

from tests.accounts.parallel import environment
from tests.stand_in import ROOT

# Ctrl-C while Django starts, at the same place every time.
INTERRUPTED = """
import sys, django, manage
def setup(*args, **kwargs):
    raise KeyboardInterrupt
django.setup = setup
sys.argv = ["manage.py", "check"]
manage.main()
"""


@pytest.mark.process
def test_ctrl_c_while_it_starts_is_no_traceback():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
