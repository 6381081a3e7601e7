from typing import Any

from django.core.management.color import no_style
from django.db import connection, models


class KeptRows:
    """All rows of a table, kept as the database has them; stored again by one statement."""

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model
        name = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {name} ORDER BY 1")
            self._columns = [column[0] for column in cursor.description]
            self._rows = cursor.fetchall()
        names = ", ".join(map(connection.ops.quote_name, self._columns))
        places = ", ".join(["%s"] * len(self._columns))
        self._insert = f"INSERT INTO {name} ({names}) VALUES ({places})"

    def insert(self, **changed: Any) -> None:
        """Insert the rows, with other values in those of the `changed` columns that it has."""
        rows = [
            [changed.get(name, value) for name, value in zip(self._columns, row, strict=True)]
            for row in self._rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(self._insert, rows)
            # A test that migrates back and forth has made a table, and its sequence, anew
            for statement in connection.ops.sequence_reset_sql(no_style(), [self._model]):
                cursor.execute(statement)
