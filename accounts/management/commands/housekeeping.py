import signal
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from accounts import housekeeping


class _Stopped(BaseException):
    """The signal to stop, raised wherever the program is.

    Open transactions are rolled back; what was left undone is due again in the next run.
    """


class Command(BaseCommand):
    help = "Look after the site for as long as it runs: revoke, send mails, clean up once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, for cron")
        parser.add_argument(
            "--every", type=float, default=60, metavar="SECONDS", help="how often (60)"
        )

    def handle(self, *args: Any, once: bool, every: float, **options: Any) -> None:
        if once:
            if not housekeeping.make_a_round():
                raise CommandError("Not everything could be done; the log says why")
            return
        if not 0 < every <= 3600:
            raise CommandError("--every must be more than 0 and at most 3600 seconds")
        try:
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, _stop)
            while True:
                housekeeping.make_a_round()
                close_old_connections()
                time.sleep(every)
        except _Stopped:
            return


def _stop(_signal: int, _frame: FrameType | None) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # no second _Stopped while the first is handled
    raise _Stopped
