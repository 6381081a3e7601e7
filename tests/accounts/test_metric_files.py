"""Processes that count together, as prometheus-client's multiprocess mode needs it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest

from tests.stand_in import ROOT

pytestmark = pytest.mark.process
PROGRAM = """
import json, os, sys
from pathlib import Path
from accounts.metric_files import Files
from django.core.exceptions import ImproperlyConfigured
try:
    files = Files(Path(sys.argv[1]))
except ImproperlyConfigured as error:
    sys.exit(str(error))
from prometheus_client import CollectorRegistry, Counter, values
values.ValueClass = values.MultiProcessValue(files)
from prometheus_client.multiprocess import MultiProcessCollector
counter = Counter("onelist_test", "Test", ["of"], registry=None)

def total():
    registry = CollectorRegistry()
    MultiProcessCollector(registry, sys.argv[1])
    return registry.get_sample_value("onelist_test_total", {"of": "all"})

def fork():
    read, write = os.pipe()
    if os.fork() == 0:
        counter.labels("all").inc()
        os.write(write, str(files()).encode())
        os._exit(0)
    os.wait()
    return int(os.read(read, 10))

for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
"""


class Process:
    """A process of the site, as far as counting goes, that evaluates what it is told."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def says(self, expression: str) -> Any:
        self.process.stdin.write(f"{expression}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def counts(self, times: int) -> None:
        self.says(f"counter.labels('all').inc({times})")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[[], Process]]:
    with ExitStack() as running:
        yield lambda: running.enter_context(Process(tmp_path / "metrics"))


def databases(tmp_path: Path) -> list[str]:
    return sorted(each.name for each in (tmp_path / "metrics").glob("*.db"))


def test_all_count_together_and_each_tells_the_sum(start):
    first, second = start(), start()
    first.counts(2)
    second.counts(3)
    assert first.says("total()") == second.says("total()") == 5


def test_the_place_of_a_process_that_was_killed_is_taken_and_its_numbers_stay(start, tmp_path):
    first, second = start(), start()
    first.counts(2)
    for _ in range(3):
        second.counts(1)
        second.kill()
        second = start()
    second.counts(1)
    assert first.says("total()") == 6
    assert databases(tmp_path) == ["counter_0.db", "counter_1.db"]


def test_a_process_that_forks_has_numbers_of_its_own(start, tmp_path):
    """Such as those of Celery's pool."""
    first = start()
    first.counts(1)
    assert [first.says("fork()") for _ in range(3)] == [1, 1, 1]
    assert first.says("total()") == 4
    assert databases(tmp_path) == ["counter_0.db", "counter_1.db"]


def test_when_none_is_left_they_begin_anew(start, tmp_path):
    first = start()
    first.counts(2)
    first.kill()
    (tmp_path / "metrics" / "counter_7.db").write_bytes(b"\x10\x00\x00\x00damaged by a crash")
    second = start()
    assert second.says("total()") is None
    second.counts(1)
    assert second.says("total()") == 1


def test_a_folder_that_cannot_be_written_stops_the_start_with_a_sentence(tmp_path):
    (tmp_path / "metrics").write_text("a file")
    with Process(tmp_path / "metrics") as process:
        _, told = process.process.communicate(timeout=30)
    assert "VAR_DIR" in told
    assert "Traceback" not in told


def test_what_is_counted_is_its_owners_alone(start, tmp_path):
    start().counts(1)
    assert (tmp_path / "metrics").stat().st_mode & 0o77 == 0
