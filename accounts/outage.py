"""Responses while the database is down, locked or full: a 503, and one line in the log a request.

Django calls `server_error` for every exception that no view and no middleware has handled, whatever
layer it comes from, and logs it afterwards with its traceback, which `OneLine` removes.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging import Filter, LogRecord
from typing import Final

from django.db import DatabaseError, Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as stock_server_error

from accounts.database import brief_wait
from accounts.printable import one_line

RETRY_AFTER: Final = 30  # seconds
READ_ONLY: Final = "25006"  # SQLSTATE of a write to a PostgreSQL that is a copy of another
REASON_LENGTH: Final = 200


def is_outage(error: BaseException | None) -> bool:
    """Tell whether the database was the cause: down, locked, full or read-only, not our SQL."""
    return _trouble(error) is not None


def reason(error: BaseException | None) -> str:
    """Return the first line of what the database said. It may name a host, never a password."""
    said, *_ = str(_trouble(error) or error).splitlines() or [""]
    return one_line(said, REASON_LENGTH)


@contextmanager
def can_be_left_out() -> Iterator[None]:
    """Do without a write of a page that is only read, if the database is locked or full.

    Use it around all that such a page notes on the side: the page is shown at once, and the next
    one notes it.
    """
    try:
        with brief_wait():
            yield
    except DatabaseError as error:
        if not is_outage(error):
            raise


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 503 page in an outage of the database, else Django's page for errors of ours."""
    if not is_outage(sys.exception()):
        return stock_server_error(request)
    return HttpResponse(
        render_to_string("503.html"),
        status=503,
        headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"},
    )


class OneLine(Filter):
    """A log filter that makes one line of an outage, however many layers of a request it met."""

    def filter(self, record: LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        request = getattr(record, "request", None)
        if request is None or not is_outage(error):
            return True
        if getattr(request, "outage_is_logged", False):
            return False
        request.outage_is_logged = True
        record.msg, record.args = "%s (%s)", (record.getMessage(), reason(error))
        record.exc_info = record.exc_text = None
        return True


def _trouble(error: BaseException | None) -> Error | None:
    """Return the error of the database among `error` and its causes, if it is an outage."""
    return next((each for each in _chain(error) if _is_trouble(each)), None)


def _chain(error: BaseException | None) -> Iterator[Error]:
    while error is not None:
        if isinstance(error, Error):
            yield error
        error = error.__cause__


def _is_trouble(error: Error) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == READ_ONLY:
        return True
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False  # wrong SQL, such as for a table that isn't there
    return isinstance(error, (OperationalError, InterfaceError))
