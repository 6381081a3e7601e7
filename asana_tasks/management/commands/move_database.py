from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.database_move import copying, source, target
from accounts.database_move.checksums import Checksum
from accounts.database_move.refusals import CannotMove
from accounts.database_move.tables import Table, every_table
from asana_tasks.models import Worker


class Command(BaseCommand):
    help = (
        "Move everything from a SQLite database to the empty PostgreSQL of DATABASE_URL: all or "
        "nothing. Stop the site and its workers first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="source", required=True, type=Path, help="file of the SQLite database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["source"]
        try:
            target.refuse_other_kinds()
            with source.opened(path) as opened:
                _refuse_workers(opened)
                if unknown := opened.unknown_tables(every_table()):
                    self.stderr.write(f"Not of Onelist, so not moved: {', '.join(unknown)}")
                rows = self._move(opened)
        except CannotMove as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Moved {rows} rows, each table with the same checksum on both sides. Start the site "
            f"with this DATABASE_URL from now on, and never again with {path}."
        )

    def _move(self, opened: source.Source) -> int:
        total = 0

        def tell(table: Table, checksum: Checksum) -> None:
            nonlocal total
            total += checksum.rows
            self.stdout.write(f"{table.name:<40} {checksum.rows:>10}  {checksum.hex}")
            self.stdout.flush()

        copying.move(opened, tell)
        return total


def _refuse_workers(opened: source.Source) -> None:
    """Raise CannotMove if a worker has been heard of lately: it may sleep, with nothing locked."""
    table = Worker._meta.db_table
    if table not in opened.tables():
        return
    alive_from = (timezone.now() - Worker.ALIVE_FOR).replace(tzinfo=None).isoformat(" ")
    select = f"SELECT name FROM {table} WHERE seen_at >= %s"  # noqa: S608 - a name of ours
    for (name,) in opened.all(select, alive_from):
        raise CannotMove(
            f"The worker {name} was at work within {Worker.ALIVE_FOR.seconds} seconds: stop it, "
            "and move the database after that time."
        )
