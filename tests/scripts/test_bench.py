"""The whole bench, at sizes that show only that it works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.report import Goal, Table
from bench.scale.__main__ import BEGIN, END, write

ROOT = Path(__file__).parents[2]
KEPT = ("PATH", "HOME", "TEST_DATABASE_URL", "TEST_REDIS_URL")


def bench(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
@pytest.mark.xdist_group("collectstatic")  # into one folder, one at a time
def test_it_measures_everything_and_writes_it_down(tmp_path):
    written = tmp_path / "docs" / "performance.md"
    done = bench("bench", "--quick", "--databases", "sqlite", "--output", str(written))
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


@pytest.mark.long
@pytest.mark.services
@pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="measures PostgreSQL alone")
@pytest.mark.xdist_group("collectstatic")
def test_a_large_site_is_measured_and_written_between_marks(tmp_path):
    written = tmp_path / "scaling.md"
    written.write_text(f"Before\n{BEGIN}\nfigures of last year\n{END}\nAfter\n")
    done = bench("bench.scale", "--quick", "--output", str(written))
    assert done.returncode == 0, done.stderr
    text = written.read_text()
    assert text.startswith(f"Before\n{BEGIN}\n\n| | |\n")
    assert text.endswith(f"\n{END}\nAfter\n")
    assert "last year" not in text
    for title in (
        *("Plans of queries", "Pages among many people", "Pages for many people at once"),
        *("Memory of processes", "Syncs a minute"),
    ):
        assert f"\n### {title}\n" in text
    assert "| `/tasks/calendar/` " in text
    assert "holds: no page is lost" in text


def test_a_file_without_a_place_for_the_figures_is_kept(tmp_path):
    written = tmp_path / "scaling.md"
    written.write_text("Mine\n")
    with pytest.raises(SystemExit, match="has no place to write to"):
        write("figures", written)
    assert written.read_text() == "Mine\n"


def test_a_missed_goal_is_shown():
    table = Table("T", "About", ["", "ms"], [["first", "2"]])
    table.with_goals(Goal("at most 1 ms", "2 ms", holds=False))
    assert "- **missed**: at most 1 ms. Measured: 2 ms" in str(table)
    assert "| first |  2 |" in str(table)
