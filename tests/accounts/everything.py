"""The contents of the whole database."""

from typing import Any

from django.db import connection


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table, ours or a library's, by the table's name."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - {"django_migrations"}
        return {table: _rows(cursor, table) for table in tables}


def _rows(cursor, table: str) -> list[dict[str, Any]]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
