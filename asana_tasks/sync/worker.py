"""The embedded engine: runs due syncs in threads, and the chores of housekeeping beside them.

Several workers, on several machines with PostgreSQL, never do a thing twice: claims and leases
decide.
"""

import logging
import os
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Final

from django.db import Error, close_old_connections, connection

from accounts import housekeeping
from accounts.database import database_trouble
from accounts.outage import reason
from asana_tasks.models import SyncState, Worker
from asana_tasks.sync import schedule
from asana_tasks.sync.heartbeat import Heartbeat
from asana_tasks.sync.turns import run_turn

logger = logging.getLogger(__name__)

ACCOUNTS_AT_ONCE: Final = 4
LOOK_EVERY: Final = 0.25  # seconds
CHORES_EVERY: Final = 60.0  # seconds
AFTER_TROUBLE: Final = 2.0  # seconds until the database is asked again
SECONDS_TO_END: Final = 5.0  # for turns and chores, once the worker is stopped
MOST_AT_ONCE: Final = 10_000  # accounts in a round


class EmbeddedWorker:
    """One process's worker; `stop` ends `run` after the pages that have been asked for."""

    def __init__(
        self, accounts_at_once: int = ACCOUNTS_AT_ONCE, chores_every: float = CHORES_EVERY
    ) -> None:
        self.stopped = Event()
        self._heartbeat = Heartbeat(Worker.Kind.EMBEDDED, f"{socket.gethostname()}:{os.getpid()}")
        self._at_once = accounts_at_once
        self._pool = ThreadPoolExecutor(accounts_at_once + 1, thread_name_prefix="worker")
        self._turns: dict[int, Future[bool]] = {}  # by account
        self._chores_every = chores_every
        self._chores_at = -float("inf")
        self._chores: Future[bool] | None = None
        self._trouble = ""

    def stop(self) -> None:
        self.stopped.set()

    def run(self) -> None:
        """Work until `stop`, whatever the database does."""
        while not self.stopped.is_set():
            self.stopped.wait(LOOK_EVERY if self._has_looked() else AFTER_TROUBLE)
        self._end()

    def run_once(self) -> bool:
        """Do once what is due now: chores and syncs. Returns whether all of it worked."""
        self._start_chores()
        has_looked = self._has_looked(MOST_AT_ONCE)
        jobs = [*self._turns.values(), *filter(None, [self._chores])]
        while not self.stopped.is_set() and wait(jobs, timeout=LOOK_EVERY).not_done:
            self._keep_alive()
        self._end()
        return has_looked and all(each.done() and _worked(each) for each in jobs)

    def _has_looked(self, most: int | None = None) -> bool:
        """Start what is due, up to `most` accounts; return False if the database is in trouble.

        A trouble is logged once, as long as it stays the same.
        """
        try:
            self._look(self._at_once if most is None else most)
        except Error as error:
            self._tell(error)
            return False
        finally:
            close_old_connections()
        if self._trouble:
            logger.warning("The worker goes on: the database is usable again")
            self._trouble = ""
        return True

    def _look(self, most: int) -> None:
        self._start_chores()
        self._heartbeat.beat()
        self._turns = {pk: each for pk, each in self._turns.items() if not each.done()}
        if (free := most - len(self._turns)) > 0:
            for state in schedule.due_accounts(free):
                self._start_turn(state)

    def _start_turn(self, state: SyncState) -> None:
        if state.account_id not in self._turns and schedule.claim(state):
            turn = self._pool.submit(run_turn, state.account, self.stopped)
            self._turns[state.account_id] = turn

    def _start_chores(self) -> None:
        is_busy = self._chores is not None and not self._chores.done()
        if is_busy or time.monotonic() - self._chores_at < self._chores_every:
            return
        self._chores_at = time.monotonic()
        self._chores = self._pool.submit(_make_a_round)

    def _keep_alive(self) -> None:
        try:
            self._heartbeat.beat()
        except Error as error:
            self._tell(error)

    def _tell(self, error: Error) -> None:
        why = database_trouble()
        if why != self._trouble:
            logger.warning("The worker has to wait: %s (%s)", why, reason(error))
            self._trouble = why

    def _end(self) -> None:
        """Give turns and chores SECONDS_TO_END. What is cut off then goes on in another worker."""
        self.stop()
        wait([*self._turns.values(), *filter(None, [self._chores])], timeout=SECONDS_TO_END)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._heartbeat.end()
        close_old_connections()


def _make_a_round() -> bool:
    try:
        return housekeeping.make_a_round()
    finally:
        connection.close()


def _worked(job: Future[bool]) -> bool:
    return not job.cancelled() and job.exception() is None and job.result()
