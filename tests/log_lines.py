"""The log as it is written: by the handler, formatters and filters of the site."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.conf import settings

from config import logs


@contextmanager
def written(log_format: str) -> Iterator[Callable[[], list[str]]]:
    """Configure the log anew; yield a function that returns the lines written since."""
    configuration = logs.configuration(log_format)
    stream = StringIO()
    configuration["handlers"]["console"]["stream"] = stream
    logs.configure(configuration)
    try:
        yield lambda: stream.getvalue().split("\n")[:-1]
    finally:
        logs.configure(settings.LOGGING)


@contextmanager
def json_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Yield a function that returns the objects of the lines written since."""
    with written("json") as lines:
        yield lambda: [json.loads(line) for line in lines()]


def of(lines: list[dict[str, Any]], logger: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["logger"] == logger]
