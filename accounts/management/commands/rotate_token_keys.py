import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from accounts import audit, messages, tokens
from accounts.codes import Detail
from accounts.database import database_trouble
from accounts.tokens import Rotated

LINE_EVERY: Final = 5.0  # seconds
DONE: Final = "Every stored token is under the newest key: older ones can leave TOKEN_KEYS."

Rotations = Generator[Rotated, None, None]


class Command(BaseCommand):
    help = (
        "Encrypt every stored token with the newest of TOKEN_KEYS, in the newest format, while the "
        "site runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="only count the rows on old keys or of the old format; exit code 1 if any is left",
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        counts: Counter[Rotated] = Counter()
        try:
            if not check:
                self._rotate(counts)
            self._conclude(tokens.rows_on_old_keys(), check=check)
        except KeyboardInterrupt:
            raise CommandError(
                f"Stopped. What was done so far ({_rows(counts.total())}) stays done; "
                "run it again to go on.",
                returncode=130,
            ) from None
        except DatabaseError as error:
            raise CommandError(
                f"{database_trouble()}. What was encrypted anew stays so; run this again to go on."
            ) from error

    def _rotate(self, counts: Counter[Rotated]) -> None:
        show = self._bar if self.stdout.isatty() else self._lines
        try:
            with closing(show(tokens.rotate(), tokens.rows_to_rotate())) as results:
                for result in results:
                    counts[result] += 1
        finally:
            told = self._report(counts)
        if not told:
            self.stdout.write("Rows: nothing to do.")

    def _bar(self, results: Iterable[Rotated], total: int) -> Rotations:
        columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        with Progress(*columns, console=console) as bars:
            bar = bars.add_task("rows", total=total)
            for result in results:
                yield result
                bars.advance(bar)

    def _lines(self, results: Iterable[Rotated], total: int) -> Rotations:
        """Print the progress as lines, for journals and files, which can't show a bar."""
        told_at, done = time.monotonic(), 0
        for done, result in enumerate(results, start=1):
            yield result
            if done < total and time.monotonic() - told_at >= LINE_EVERY:
                self._line(done, total)
                told_at = time.monotonic()
        if done:
            self._line(done, total)

    def _line(self, done: int, total: int) -> None:
        self.stdout.write(f"rows {done}/{total}")
        self.stdout.flush()

    def _report(self, counts: Counter[Rotated]) -> bool:
        """Print and record the counts, if there was something to do; tell whether there was."""
        told = {
            result.value: counts[result]
            for result in Rotated
            if counts[result] and result != Rotated.UNCHANGED
        }
        if told:
            audit.record(
                audit.Event.KEYS_ROTATED, detail=Detail.ROTATED, detail_args={"counts": told}
            )
            self.stdout.write(f"Rows: {messages.rotated_message(told)}.")
        return bool(told)

    def _conclude(self, on_old_keys: int, *, check: bool) -> None:
        lost = tokens.lost_rows() if on_old_keys else 0
        if waiting := on_old_keys - lost:
            self.stdout.write(
                ngettext(
                    "%d row still needs an old key or is in the old format.",
                    "%d rows still need an old key or are in the old format.",
                    waiting,
                )
                % waiting
            )
        if lost:
            self.stdout.write(
                f"{_rows(lost)} can't be read with any of TOKEN_KEYS. Put the missing key back and "
                "run this again; without it these accounts have to be reconnected by their people."
            )
        if usable := tokens.accounts_usable_again():
            given_up = ngettext("%d account was given up", "%d accounts were given up", usable)
            self.stdout.write(
                f"{given_up % usable} because of a missing key that is back: usable again once "
                "this has run without --check."
            )
        if in_old_format := tokens.rows_in_old_format():
            self.stdout.write(f"In the old format, not bound to a person: {_rows(in_old_format)}.")
        if not on_old_keys:
            self.stdout.write(DONE)
            return
        if check and waiting:
            self.stdout.write("Run it without --check, and leave the old keys in TOKEN_KEYS.")
        raise CommandError("Not every row is under the newest key")


def _rows(count: int) -> str:
    return ngettext("%d row", "%d rows", count) % count
