"""Make trouble, one after another: for workers, servers and clocks."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event
from typing import Final

from bench.sites import ROOT
from bench.soak.ledger import Ledger
from bench.soak.servers import Postgres, Redis
from scripts.serve import WORKER

WORKERS: Final = 2
STALL_SECONDS: Final = 25  # longer than a lease
STEP_SECONDS: Final = 60
PAUSES: Final = (10.0, 25.0)  # seconds between troubles
FAULTS: Final = {  # each strikes one in so many calls of Asana: a tenth of all
    "server_error": (503, 40),
    "drop": (None, 40),
    "lose_response": (None, 20),  # writes and token refreshes alone
    "not_json": (None, 40),
    "unreadable_row": (None, 80),
    "empty_with_errors": (None, 80),
    "expire_access": (None, 200),
}


class Clock:
    """The clock of the site's processes, which may be stepped."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.step(0)

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes a process follow it (clock/sitecustomize.py)."""
        folder = Path(__file__).parent / "clock"
        return {"PYTHONPATH": str(folder), "STEPPED_CLOCK": str(self.file)}

    def step(self, seconds: int) -> None:
        self.file.write_text(f"{seconds}")


class Troubles:
    def __init__(
        self, ledger: Ledger, postgres: Postgres, redis: Redis, clock: Clock, seed: int
    ) -> None:
        self.ledger, self.postgres, self.redis, self.clock = ledger, postgres, redis, clock
        self.random = Random(seed)
        self.environment = {**os.environ, **clock.environment}
        self.workers = [self._worker() for _ in range(WORKERS)]

    def run(self, stop: Event) -> None:
        kinds: list[Callable[[], None]] = [
            self.kill_a_worker,
            self.stall_a_worker,
            self.end_a_worker,
            self.restart_postgres,
            self.restart_redis,
            self.step_clock,
        ]
        while not stop.wait(self.random.uniform(*PAUSES)):
            self.check()
            trouble = self.random.choice(kinds)
            self.ledger.count(f"times: {trouble.__name__.replace('_', ' ')}")
            trouble()

    def check(self) -> None:
        """Count workers that ended by themselves, and start others."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.ledger.count("ended")
                self.workers[number] = self._worker()

    def kill_a_worker(self) -> None:
        self._replace_one(signal.SIGKILL)

    def end_a_worker(self) -> None:
        self._replace_one(signal.SIGTERM)

    def stall_a_worker(self) -> None:
        """Stop a worker for longer than its lease lasts, and let it go on."""
        worker = self.random.choice(self.workers)
        worker.send_signal(signal.SIGSTOP)
        time.sleep(STALL_SECONDS)
        worker.send_signal(signal.SIGCONT)

    def restart_postgres(self) -> None:
        self.postgres.restart(crashes=self.random.random() < 0.5)

    def restart_redis(self) -> None:
        self.redis.stop()
        time.sleep(1)
        self.redis.start()

    def step_clock(self) -> None:
        self.clock.step(self.random.choice([-STEP_SECONDS, 0, STEP_SECONDS]))

    def end(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(30)

    def _replace_one(self, how: int) -> None:
        number = self.random.randrange(WORKERS)
        self.workers[number].send_signal(how)
        self.workers[number].wait(30)
        self.workers[number] = self._worker()

    def _worker(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(WORKER, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL)
