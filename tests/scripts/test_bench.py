"""The whole bench, at sizes that show only that it works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.report import Goal, Table

ROOT = Path(__file__).parents[2]


@pytest.mark.xdist_group("collectstatic")  # into one folder, one at a time
def test_it_measures_everything_and_writes_it_down(tmp_path):
    written = tmp_path / "docs" / "performance.md"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "--quick"),
            *("--databases", "sqlite", "--output", str(written)),
        ],
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = written.read_text()
    for title in (
        *("Server time on SQLite", "A first and a second sync", "What Asana is asked"),
        *("First tasks after a sign-in", "Writes beside a crawl on SQLite"),
        *("Pages beside syncs on SQLite", "Workers on SQLite", "What the browser fetches"),
    ):
        assert f"## {title}\n" in text
    for row in ("| 20 ", "| 120 ", "| 1 × 60 ", "| first view ", "| repeat view ", "| Processor "):
        assert row in text
    assert "never more than 10 queries. Measured: 0" not in text
    assert "Server time on SQLite" in done.stdout


def test_a_missed_goal_is_shown():
    table = Table("T", "About", ["", "ms"], [["first", "2"]])
    table.with_goals(Goal("at most 1 ms", "2 ms", holds=False))
    assert "- **missed**: at most 1 ms. Measured: 2 ms" in str(table)
    assert "| first |  2 |" in str(table)
