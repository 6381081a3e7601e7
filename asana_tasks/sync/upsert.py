"""An upsert of many rows in one statement per BATCH.

`bulk_create` makes an object of each row and compiles each of its values, on SQLite for 34 rows at
a time, which takes more than ten times as long as the database does.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections, models

BATCH: Final = 500  # rows; SQLite takes 32,766 values in a statement

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
    values_of = itemgetter(*[each.attname for each in fields])
    converted = [(at, _converter(each, connection)) for at, each in enumerate(fields)]
    converters = [(at, convert) for at, convert in converted if convert is not None]
    quoted = {each.attname: connection.ops.quote_name(str(each.column)) for each in fields}
    table = connection.ops.quote_name(model._meta.db_table)
    begin, end = _statement(table, quoted, unique, update)
    place = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            values: list[Any] = []
            for row in batch:
                found = list(values_of(row))
                for at, convert in converters:
                    if found[at] is not None:
                        found[at] = convert(found[at])
                values += found
            cursor.execute(f"{begin} {', '.join([place] * len(batch))} {end}", values)


def _converter(field: Any, connection: Any) -> Callable[[Any], Any] | None:
    """Return what makes of a field's value what the database takes; None if it takes the value.

    `get_db_prep_save` would do so too, in ten times as many steps.
    """
    adapt: Callable[[Any], Any] | None = None
    match field:
        case models.DateTimeField():
            adapt = connection.ops.adapt_datetimefield_value
        case models.DateField():
            adapt = connection.ops.adapt_datefield_value
        case models.JSONField():
            adapt = partial(connection.ops.adapt_json_value, encoder=field.encoder)
    return adapt


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
