"""Move every row of a SQLite database to PostgreSQL, or none."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from accounts.database_move import target
from accounts.database_move.checksums import Checksum
from accounts.database_move.refusals import CannotMove, RefusedRows
from accounts.database_move.source import Source
from accounts.database_move.tables import Row, Table, Unreadable, every_table


def move(source: Source, tell: Callable[[Table, Checksum], None]) -> None:
    """Move all rows in one transaction; `tell` of each table that has arrived as it was.

    1. Refuse a target of another state, and rows without those that they refer to.
    2. Lock the target, remove what `migrate` has stored, insert the rows under their keys.
    3. Compare counts and checksums of both sides, and set the sequences.
    4. Refuse a source that was written meanwhile.

    Raises CannotMove, and leaves the target as it was.
    """
    tables = every_table()
    target.refuse_other_migrations(source.migrations())
    refused = RefusedRows()
    source.note_orphans(tables, refused)
    with transaction.atomic():
        target.lock(tables)
        target.empty(tables)
        checksums = [(table, _copy(table, source, refused)) for table in tables]
        refused.raise_if_any()
        target.check_references()
        for table, checksum in checksums:
            compare(table, checksum)
            tell(table, checksum)
        target.set_sequences(source.last_keys(), tables)
        source.refuse_if_written()


def _copy(table: Table, source: Source, refused: RefusedRows) -> Checksum:
    """Insert a table's rows; return their checksum, which is of use only if none is refused."""
    checksum = Checksum(table)
    for rows in table.chunks(source.connection):
        fit = [row for row in rows if _is_fit(table, row, refused)]
        target.insert(table, fit, refused)
        if not refused.number:
            for row in fit:
                checksum.add(row)
    return checksum


def compare(table: Table, checksum: Checksum) -> None:
    arrived = target.checksum_of(table)
    if (arrived.rows, arrived.hex) != (checksum.rows, checksum.hex):
        raise CannotMove(
            f"Nothing was written: {table.name} would not be the same ({checksum.rows} rows, "
            f"checksum {checksum.hex}; in PostgreSQL {arrived.rows} rows, {arrived.hex})."
        )


def _is_fit(table: Table, row: Row, refused: RefusedRows) -> bool:
    """Tell whether texts can be stored as they are, and every value is one; note it if not."""
    whys = list(_troubles(table, row))
    if whys:
        refused.add(table.name, table.key_of(row), "; ".join(whys))
    return not whys


def _troubles(table: Table, row: Row) -> Iterator[str]:
    for field, value in zip(table.fields, row, strict=True):
        if isinstance(value, Unreadable):
            yield f"{value.column} can't be read"
        elif isinstance(value, str):
            yield from _troubles_of_text(field, value)


def _troubles_of_text(field: Any, text: str) -> Iterator[str]:
    if "\0" in text:
        yield f"{field.column} holds a NUL character"
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield f"{field.column} is not UTF-8"
    if field.max_length is not None and len(text) > field.max_length:
        yield f"{field.column} is longer than {field.max_length} characters"
