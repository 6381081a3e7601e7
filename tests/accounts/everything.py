"""What the database holds, whatever the tables are called."""

from typing import Any

from django.db import connection


def rows() -> dict[str, list[dict[str, Any]]]:
    """Of every table there is, ours or a library's."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {"django_migrations"}
        return {table: _rows(cursor, table) for table in tables}


def _rows(cursor, table: str) -> list[dict[str, Any]]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
