"""Errors of the database, raised for every statement that is sent to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

from accounts.database import BRIEFLY


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


@contextmanager
def locked() -> Iterator[list[str]]:
    """Let every statement that writes fail, as it does while somebody else holds SQLite's lock.

    Yields the statements that would have waited for the lock for seconds.
    """
    patient: list[str] = []

    def refuse(execute, sql, *args):
        if sql.split()[0] not in {"INSERT", "UPDATE", "DELETE", "BEGIN"}:
            return execute(sql, *args)
        ((patience,),) = connection.connection.execute("PRAGMA busy_timeout")
        if patience > BRIEFLY:
            patient.append(sql)
        raise OperationalError("database is locked")

    with connection.execute_wrapper(refuse):
        yield patient
