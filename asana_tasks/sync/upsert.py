"""An upsert of many rows in one statement per BATCH.

`bulk_create` compiles each value of each row, on SQLite for 34 rows at a time, which takes ten
times as long as the database does.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections, models

BATCH: Final = 500  # rows; SQLite takes 32,766 values in a statement
AS_THEY_ARE: Final = (str, int, bool, type(None))  # need no conversion, except in JSON fields


def upsert(rows: Iterable[models.Model], unique: Sequence[str], update: Sequence[str] = ()) -> None:
    """Insert the rows; set the `update` fields of a row that exists with the same `unique`.

    All rows are of one model, and no two of them have the same `unique`. Primary keys are set by
    the database and not read back.
    """
    rows = list(rows)
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]  # the proxy `connection` is slow
    meta = rows[0]._meta
    fields = {field.name: field for field in meta.concrete_fields if not field.primary_key}
    quoted = {name: connection.ops.quote_name(str(field.column)) for name, field in fields.items()}
    table = connection.ops.quote_name(meta.db_table)
    begin, end = _statement(table, quoted, unique, update)
    place = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            values = [_value(row, each, connection) for row in batch for each in fields.values()]
            cursor.execute(f"{begin} {', '.join([place] * len(batch))} {end}", values)


def _value(row: models.Model, field: Any, connection: Any) -> Any:
    value = getattr(row, field.attname)
    if type(value) in AS_THEY_ARE and not isinstance(field, models.JSONField):
        return value
    return field.get_db_prep_save(value, connection)


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
