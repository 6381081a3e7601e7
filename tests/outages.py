"""Errors of the database, raised for every statement that is sent to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection


@contextmanager
def down() -> Iterator[None]:
    """Let every statement fail as it does while PostgreSQL is down."""

    def refuse(*_args):
        raise OperationalError('connection to server at "db", port 5432 failed:\nrefused')

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def full() -> Iterator[None]:
    """Let every statement that writes fail, as it does on a full disk."""

    def refuse(execute, sql, *args):
        if sql.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            raise OperationalError("database or disk is full")
        return execute(sql, *args)

    with connection.execute_wrapper(refuse):
        yield
