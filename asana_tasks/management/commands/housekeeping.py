from typing import Any

from django.core.management.base import CommandError, CommandParser

from asana_tasks.management.commands import worker
from asana_tasks.sync.worker import ACCOUNTS_AT_ONCE


class Command(worker.Command):
    """The former name of `worker`, kept for one release: it stands in services and crontabs."""

    help = "The former name of `worker`, for one more release."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, for cron")
        parser.add_argument(
            "--every", type=float, default=60, metavar="SECONDS", help="how often chores run (60)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        every: float = options["every"]
        if not 0 < every <= 3600:
            raise CommandError("--every must be more than 0 and at most 3600 seconds")
        self.stderr.write(
            "`manage.py housekeeping` is called `manage.py worker` now, and syncs tasks too. "
            "The next release will not have the old name."
        )
        self.work(ACCOUNTS_AT_ONCE, once=options["once"], chores_every=every)
