"""Jobs for Celery: thin calls of what the embedded worker does. Only `config/celery.py` loads it.

A job may be lost, come late or come twice: due times, claims and leases are in the database.
"""

import logging
import os
import socket
from threading import Event
from typing import Any, Final

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown
from kombu.exceptions import OperationalError

from accounts import housekeeping, metrics_server
from accounts.models import AsanaAccount
from asana_tasks.models import SyncState, Worker
from asana_tasks.sync import schedule
from asana_tasks.sync.heartbeat import Heartbeat
from asana_tasks.sync.turns import run_turn

logger = logging.getLogger(__name__)

MOST: Final = 200  # jobs that are queued in a second
GIVEN_UP_AFTER: Final = 600  # seconds; by then it has been queued again several times
RETRIES: Final = {"max_retries": 1, "interval_start": 0}  # the connection may be an old one
TURN_SECONDS: Final = 60.0  # a longer sync goes on in another job

# Made before the worker forks: its processes share one name, and one beginning.
heartbeat = Heartbeat(Worker.Kind.CELERY, f"{socket.gethostname()}:{os.getpid()}")


@shared_task(name="asana_tasks.dispatch")
def dispatch() -> None:
    """Queue the accounts that are due, those that are looked at first."""
    heartbeat.beat()
    for state in schedule.due_accounts(MOST):
        if schedule.claim(state, schedule.LONGEST_CLAIM):
            try:
                _queue(state)
            except OperationalError as error:  # so it is due again for the next dispatch
                schedule.give_back(state)
                logger.warning("The broker can't be reached: %s", type(error.__cause__).__name__)
                return


def _queue(state: SyncState) -> None:
    """Queue the sync of an account. Raises kombu's OperationalError."""
    queue = "interactive" if schedule.is_looked_at(state) else "background"
    sync.apply_async(
        (state.account_id, state.number),
        queue=f"onelist.{queue}",
        expires=GIVEN_UP_AFTER,
        retry_policy=RETRIES,
    )


@shared_task(name="asana_tasks.sync")
def sync(account_id: int, number: int) -> None:
    """Sync an account, unless that has been done since this job was queued."""
    if not schedule.take_job(account_id, number):
        return
    account = AsanaAccount.objects.filter(pk=account_id).first()
    if account is not None:
        with heartbeat.kept():
            run_turn(account, Event(), TURN_SECONDS)


@shared_task(name="asana_tasks.chores")
def chores() -> None:
    with heartbeat.kept():
        housekeeping.make_a_round()


@worker_ready.connect
def serve_metrics(**_about: Any) -> None:
    metrics_server.start()


@worker_shutdown.connect
def end_heartbeat(**_about: Any) -> None:
    heartbeat.end()
