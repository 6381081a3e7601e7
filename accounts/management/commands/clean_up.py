from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from accounts import cleanup, messages
from accounts.database import database_trouble


class Command(BaseCommand):
    help = "Delete what nobody needs any more: expired sessions, unfinished sign-ins, old entries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell what it would do")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            self.stdout.write(self._would() if dry_run else self._do())
        except DatabaseError as error:
            raise CommandError(f"{database_trouble()}. Run this again later.") from error
        except KeyboardInterrupt:
            raise CommandError("Stopped; run it again to go on", returncode=130) from None

    def _would(self) -> str:
        counts = {name: rows.count() for name, rows in cleanup.outdated().items()}
        counts["revocations"] = cleanup.overdue_revocations().count()
        return f"It would delete: {messages.deleted_message(counts)}."

    def _do(self) -> str:
        return f"Deleted: {messages.deleted_message(cleanup.clean_up())}."
