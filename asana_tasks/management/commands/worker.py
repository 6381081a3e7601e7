import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import metrics_server
from asana_tasks.sync.worker import ACCOUNTS_AT_ONCE, CHORES_EVERY, EmbeddedWorker

MOST_AT_ONCE: Final = 50
SECONDS_FOR_THREADS: Final = 1.0


class Command(BaseCommand):
    help = (
        "Sync tasks whenever an account is due, and look after the site: revoke, send mails, clean "
        "up once a day. Runs until SIGTERM or SIGINT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, for cron")
        parser.add_argument(
            "--accounts",
            type=int,
            default=ACCOUNTS_AT_ONCE,
            metavar="N",
            help=f"how many accounts to sync at the same time ({ACCOUNTS_AT_ONCE})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        accounts: int = options["accounts"]
        if not 1 <= accounts <= MOST_AT_ONCE:
            raise CommandError(f"--accounts must be from 1 to {MOST_AT_ONCE}")
        self.work(accounts, once=options["once"])

    def work(self, accounts: int, *, once: bool, chores_every: float = CHORES_EVERY) -> None:
        worker = EmbeddedWorker(accounts, chores_every)
        if once:
            if not worker.run_once():
                raise CommandError("Not everything could be done; the log and /admin/ say why")
            return
        metrics_server.start()
        _stop_at_signals(worker)
        worker.run()
        _end_with_threads()


def _stop_at_signals(worker: EmbeddedWorker) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        # In a thread: the one that is interrupted may hold the lock of the event that `stop` sets.
        threading.Thread(target=worker.stop).start()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)


def _end_with_threads() -> None:
    """End the process, although threads may still wait for a response of Asana.

    Python would wait for them. What they have asked for is given up: the next turn asks again.
    """
    deadline = time.monotonic() + SECONDS_FOR_THREADS
    main = threading.current_thread()
    others = [each for each in threading.enumerate() if each is not main and not each.daemon]
    for each in others:
        each.join(max(0, deadline - time.monotonic()))
    if any(each.is_alive() for each in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
