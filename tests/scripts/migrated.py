"""A SQLite database for programs that would migrate one from nothing, which takes seconds."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stand_in import ROOT


def put_database(path: Path) -> None:
    """Write a database that has all tables and no rows, for its owner alone."""
    path.touch(mode=0o600)
    path.write_bytes(_without_rows())


@cache
def _without_rows() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.sqlite3"
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": f"sqlite:///{path}"},
            check=True,
        )
        return path.read_bytes()
