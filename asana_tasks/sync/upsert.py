"""An upsert of many rows in one statement per BATCH.

`bulk_create` makes an object of each row and compiles each of its values, on SQLite for 34 rows at
a time, which takes more than ten times as long as the database does.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections, models

BATCH: Final = 500  # rows; SQLite takes 32,766 values in a statement
CONVERTED: Final = (models.DateField, models.DateTimeField, models.JSONField)

Row = Mapping[str, Any]  # by column


def upsert(
    model: type[models.Model],
    rows: Sequence[Row],
    unique: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Insert the rows; set the `update` columns of a row that exists with the same `unique`.

    Each row names every column but the primary key, and no two have the same `unique`. Primary
    keys are set by the database and not read back.
    """
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]  # the proxy `connection` is slow
    fields = [each for each in model._meta.concrete_fields if not each.primary_key]
    values_of = [_reader(field, connection) for field in fields]
    quoted = {each.attname: connection.ops.quote_name(str(each.column)) for each in fields}
    table = connection.ops.quote_name(model._meta.db_table)
    begin, end = _statement(table, quoted, unique, update)
    place = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            values = [read(row) for row in batch for read in values_of]
            cursor.execute(f"{begin} {', '.join([place] * len(batch))} {end}", values)


def _reader(field: Any, connection: Any) -> Callable[[Row], Any]:
    """Return a function that reads a field's value from a row, as the database takes it."""
    name = field.attname
    if isinstance(field, CONVERTED):
        convert = field.get_db_prep_save
        return lambda row: None if row[name] is None else convert(row[name], connection)
    return lambda row: row[name]


def _statement(
    table: str, quoted: dict[str, str], unique: Sequence[str], update: Sequence[str]
) -> tuple[str, str]:
    """Return the SQL before and after the values."""
    keys = ", ".join(quoted[name] for name in unique)
    changes = ", ".join(f"{quoted[name]} = EXCLUDED.{quoted[name]}" for name in update)
    action = f"UPDATE SET {changes}" if changes else "NOTHING"
    return (
        f"INSERT INTO {table} ({', '.join(quoted.values())}) VALUES",
        f"ON CONFLICT ({keys}) DO {action}",
    )
