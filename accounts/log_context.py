"""Bind to each line of the log the request or job that it belongs to.

A request's id is `request_id`, that of a job of a worker `job_id`; a further try of a request to
Asana has its number, `attempt`. Threads of a pool begin without: `carried` takes it along.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging import Filter, LogRecord
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")

NOTHING: Final[Mapping[str, str | int]] = {}

_fields: ContextVar[Mapping[str, str | int]] = ContextVar("log_context", default=NOTHING)


def new_id() -> str:
    """Return 16 random characters, which are unique in any log that is kept."""
    return secrets.token_hex(8)


def fields() -> Mapping[str, str | int]:
    return _fields.get()


@contextmanager
def bound(**more: str | int) -> Iterator[None]:
    """Add fields to every line of the log that this thread writes meanwhile."""
    before = _fields.set({**_fields.get(), **more})
    try:
        yield
    finally:
        _fields.reset(before)


def carried(function: Callable[P, Result]) -> Callable[P, Result]:
    """Return the function with the present fields bound, to be run in another thread.

    A copy of the whole context would take the limits of `bulkhead` along.
    """
    present = _fields.get()

    def run(*args: P.args, **kwargs: P.kwargs) -> Result:
        with bound(**present):
            return function(*args, **kwargs)

    return run


class Context(Filter):
    """A log filter that gives a record the fields of its thread, as `record.context`.

    Django logs a response after the middlewares have ended: then the request knows its id.
    """

    def filter(self, record: LogRecord) -> bool:
        context = dict(_fields.get())
        if request_id := getattr(getattr(record, "request", None), "request_id", ""):
            context.setdefault("request_id", request_id)
        record.context = context
        return True
