"""The log: lines of text, or JSON for a program that collects them (LOG_FORMAT).

Nobody outside adds a line or a field: control characters are escaped, secrets removed
(config/redaction.py). All loggers write through one handler, Celery's and Python's warnings too.
"""

import logging
from datetime import UTC, datetime
from logging.config import dictConfig
from typing import Any, Final

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from config.redaction import redacted, redacted_text

ESCAPED: Final = {
    number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160)) if number != 9
} | {0x2028: "\\u2028", 0x2029: "\\u2029"}
UNREADABLE: Final = "A line of the log that could not be made"
OURS: Final = {"context", "request"}  # attributes of records, not fields


def configuration(log_format: str) -> dict[str, Any]:
    """Return Django's LOGGING for "text" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "config.logs.Text"},
            "json": {"()": "config.logs.Json"},
        },
        "filters": {
            "context": {"()": "accounts.log_context.Context"},
            "one_line_refusals": {"()": "config.errors.OneLineRefusals"},
            "one_line_outages": {"()": "accounts.outage.OneLine"},
            "first_line": {"()": "config.errors.FirstLine"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": log_format,
                "filters": ["context"],
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "propagate": True},  # of `manage.py runserver`
            "django.request": {"filters": ["one_line_refusals", "one_line_outages"]},
            # Each request to Asana: too much to read, and for a program to count
            "accounts.http": {"level": "INFO" if log_format == "json" else "WARNING"},
            # A job a second is sent and done.
            "celery.beat": {"level": "WARNING", "filters": ["first_line"]},
            "celery.worker.consumer.consumer": {"filters": ["first_line"]},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},  # it tells of each connection that is asked for
            "waitress.queue": {"level": "ERROR"},  # it tells of each request that waits
        },
    }


def configure(logging_settings: dict[str, Any]) -> None:
    """Set up the log, as Django's LOGGING_CONFIG; Python's warnings come as lines of it."""
    dictConfig(logging_settings)
    logging.captureWarnings(logging_settings["handlers"]["console"]["formatter"] == "json")


class Text(logging.Formatter):
    """Lines such as `2026-11-29 12:00:00,000 WARNING accounts.mails: message (request_id=…)`."""

    def format(self, record: logging.LogRecord) -> str:
        context = " ".join(f"{name}={value}" for name, value in _context(record).items())
        lines = [
            f"{self.formatTime(record)} {record.levelname} {record.name}: {_message(record)}"
            + (f" ({context})" if context else "")
        ]
        if trace := _trace(self, record):  # further lines are not mistaken for lines of their own
            lines += [f"  {line.translate(ESCAPED)}" for line in trace.splitlines()]
        return "\n".join(lines)


class Json(JsonFormatter):
    """One JSON object a line: time, level, logger, message, and what the line is about."""

    def __init__(self) -> None:
        super().__init__(reserved_attrs=[*RESERVED_ATTRS, *OURS])

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **_context(record),
        }
        extra: dict[str, Any] = {}
        self.add_fields(extra, record, {})
        fields |= {name: value for name, value in redacted(extra).items() if name not in fields}
        if trace := _trace(self, record):
            fields["exception"] = trace
        return self.serialize_log_record(fields)


def _context(record: logging.LogRecord) -> dict[str, Any]:
    """Return what `accounts.log_context` has bound; its ids are random, and no secrets."""
    context: dict[str, Any] = getattr(record, "context", {})
    return context


def _message(record: logging.LogRecord) -> str:
    """Return the message on one line. One that can't be made would be told with its arguments."""
    try:
        return redacted_text(record.getMessage()).translate(ESCAPED)
    except Exception:
        return UNREADABLE


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Return the traceback and the stack; `exc_text` may be another formatter's, with secrets."""
    parts = []
    if record.exc_info:
        parts.append(logging.Formatter.formatException(formatter, record.exc_info))
    elif record.exc_text:
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(record.stack_info)
    return redacted_text("\n".join(parts))
