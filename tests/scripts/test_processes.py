"""Signals at the worst moments. The signals and the programs are real, their moment is chosen."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scripts import processes

ROOT = Path(__file__).parents[2]
WAITS = [sys.executable, "-c", "import time; time.sleep(60)"]
Popen = subprocess.Popen


@pytest.fixture(autouse=True)
def caught() -> Iterator[None]:
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.getsignal(name) for name in names}
    processes.catch_signals()
    yield
    for name, handler in before.items():
        signal.signal(name, handler)
    processes.signals.clear()


def twice() -> None:
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def started(monkeypatch, request) -> list[psutil.Process]:
    """Collect what is started; send ourselves signals in the middle of each start or end."""
    started = []

    class Interrupted(Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            started.append(psutil.Process(self.pid))
            if request.param == "start":
                twice()

        def terminate(self):
            if request.param == "end":
                twice()
            super().terminate()

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    return started


def run_both() -> None:
    with processes.side_by_side() as running:
        running.extend([processes.start(WAITS), processes.start(WAITS, restarts=True)])
        if not processes.signals:
            twice()
        processes.watch(running)


@pytest.mark.parametrize("started", ["start", "end"], indirect=True)
def test_a_signal_at_the_worst_moment_leaves_no_program_behind(started):
    with pytest.raises(SystemExit):
        run_both()
    assert len(started) == 2
    assert not any(each.is_running() for each in started)


@pytest.mark.parametrize("started", ["start", "end"], indirect=True)
def test_a_command_ends_with_us(started):
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        processes.run(WAITS)
    assert not any(each.is_running() for each in started)


def test_a_terminal_that_is_gone_keeps_nothing_running(monkeypatch):
    def gone(*_args, **_options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("builtins.print", gone)
    with processes.side_by_side() as running:
        running.append(processes.start(WAITS))
    assert running[0].how_it_ended()


def test_a_program_that_keeps_ending_is_started_less_and_less_often(capsys):
    program = processes.start([sys.executable, "-c", ""], restarts=True)
    pauses = []
    for _ in range(8):
        program.process.wait()
        program.keep_running()
        pauses.append(program.pause)
        program.due_at = 0.001  # long ago
        program.keep_running()
    program.process.wait()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "is started again in 60 s" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux shows it")
@pytest.mark.parametrize("signals", [["SIGINT"], ["SIGINT"] * 2, ["SIGTERM"], ["SIGTERM"] * 2])
def test_a_signal_to_make_alone_ends_what_it_started(tmp_path, signals):
    driver = tmp_path / "driver.py"
    driver.write_text(
        "import sys; from scripts import processes; processes.catch_signals()\n"
        "with processes.side_by_side() as running:\n"
        f"    running.append(processes.start({WAITS!r}))\n"
        "    print(running[0].process.pid, flush=True)\n"
        "    processes.watch(running)\n"
    )
    lines = (ROOT / "Makefile").read_text().splitlines()
    (export,) = [line for line in lines if "STARTED_BY_MAKE" in line]
    (tmp_path / "Makefile").write_text(f"{export}\nrun:\n\t@{sys.executable} {driver}\n")
    make = Popen(
        ["make", "--no-print-directory", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with make:
        waits = psutil.Process(int(make.stdout.readline()))
        driver = waits.parent()
        for name in signals:
            if make.poll() is None:
                make.send_signal(getattr(signal, name))
        psutil.wait_procs([waits, driver], timeout=20)
        assert not waits.is_running()
        assert not driver.is_running()
