"""Tables of the site's models, read row by row without their managers and signals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS_AT_ONCE: Final = 500
WITHOUT_MODEL: Final = {"django_migrations", "sqlite_sequence"}

Row = list[Any]


class Json(NamedTuple):
    """A value of a JSONField, so that JSON's null is told from NULL."""

    value: Any


@dataclass(frozen=True)
class Unreadable:
    """A value that Django can't read back, such as a date that is none."""

    column: str


@dataclass(frozen=True)
class Table:
    model: type[models.Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def fields(self) -> list[Any]:
        """Return the fields with a column of their own in this table."""
        return list(self.model._meta.local_concrete_fields)

    @cached_property
    def columns(self) -> list[str]:
        return [str(field.column) for field in self.fields]

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.column)

    def key_of(self, row: Sequence[Any]) -> Any:
        return row[self.columns.index(self.key)]

    def chunks(self, connection: BaseDatabaseWrapper) -> Iterator[list[Row]]:
        """Yield all rows, ROWS_AT_ONCE in a list, in Python's types.

        Unreadable stands for a value that has none.
        """
        converters = [_converter(field, connection) for field in self.fields]
        with connection.chunked_cursor() as cursor:
            cursor.execute(self._select(connection))
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield [
                    [convert(raw) for convert, raw in zip(converters, row, strict=True)]
                    for row in rows
                ]

    def _select(self, connection: BaseDatabaseWrapper) -> str:
        quote = connection.ops.quote_name
        columns = ", ".join(map(quote, self.columns))
        return f"SELECT {columns} FROM {quote(self.name)}"  # noqa: S608 - names of our own models


def every_table() -> list[Table]:
    """Return the tables of all models, those between two models included."""
    return [
        Table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _converter(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """Return what makes Python's value of a column's, as a query of Django's does."""
    column = field.get_col(field.model._meta.db_table)
    converters = [
        *connection.ops.get_db_converters(column),
        *column.get_db_converters(connection),
    ]
    is_json = isinstance(field, models.JSONField)

    def convert(raw: Any) -> Any:
        if raw is None:
            return None
        value = raw
        try:
            for each in converters:
                value = each(value, column, connection)
        except (AttributeError, TypeError, ValueError):  # Django's, of a text that is no date
            return Unreadable(column.target.column)
        if is_json:
            return Json(value)
        return Unreadable(column.target.column) if value is None else value

    return convert
