"""The log: text for people, JSON for programs."""

import json
import logging
import warnings

import pytest
from celery.utils.log import get_task_logger
from django.test import Client

from accounts import log_context
from tests.log_lines import json_lines, of, written

HOSTILE = "a\nb\r\nc\x1b[31m\x00\x7f\x85\u2028\u2029d"
logger = logging.getLogger("accounts.somewhere")


def fails(error: Exception) -> None:
    try:
        raise error
    except ValueError:
        logger.exception("Failed")


def test_a_line_of_text_is_as_ever_with_the_id_behind():
    with written("text") as lines:
        logger.warning("%d things", 2)
        with log_context.bound(request_id="abc"):
            logger.warning("one")
    first, second = lines()
    assert first.endswith(" WARNING accounts.somewhere: 2 things")
    assert second.endswith(" WARNING accounts.somewhere: one (request_id=abc)")


def test_a_line_of_json_is_an_object():
    with json_lines() as lines, log_context.bound(job_id="abc"):
        logger.warning("%d things", 2, extra={"ms": 7, "tags": ("a", None)})
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "accounts.somewhere",
        "message": "2 things",
        "job_id": "abc",
        "ms": 7,
        "tags": ["a", None],
    }


def test_no_field_takes_the_place_of_another():
    """Such as an `extra` that comes from outside."""
    with json_lines() as lines, log_context.bound(request_id="abc"):
        logger.warning("said", extra={"request_id": "forged", "level": "DEBUG", "logger": "x"})
    (line,) = lines()
    assert (line["request_id"], line["level"], line["logger"]) == (
        *("abc", "WARNING"),
        "accounts.somewhere",
    )


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nobody_writes_a_second_line(log_format):
    with written(log_format) as lines:
        logger.warning("path %s", HOSTILE)
        logger.warning(HOSTILE, extra={"agent": HOSTILE})
    assert len(lines()) == 2
    assert all(line.isprintable() for line in lines())


def test_a_traceback_cannot_pretend_to_be_a_line():
    with written("text") as lines:
        fails(ValueError("\n2026-01-01 00:00:00,000 INFO accounts.x: forged\x1b"))
    first, *others = lines()
    assert first.endswith("Failed")
    assert all(line.startswith("  ") and line.isprintable() for line in others)
    assert any("forged" in line for line in others)


def test_in_json_a_traceback_is_a_field():
    with json_lines() as lines:
        fails(ValueError("two\nlines"))
    (line,) = lines()
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: two\nlines")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_message_that_cannot_be_made_is_a_line_without_its_arguments(log_format, capsys):
    with written(log_format) as lines:
        logger.warning("%d", "arguments")
    (line,) = lines()
    assert "could not be made" in line
    assert "arguments" not in line + capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["django", "django.server", "waitress", "celery", "celery.worker", "py.warnings", "x"]
)
def test_other_programs_parts_write_json_too(name):
    with json_lines() as lines:
        logging.getLogger(name).error("said")
        get_task_logger("asana_tasks.sync").error("said")
    assert [line["message"] for line in lines()] == ["said", "said"]


def test_pythons_warnings_are_lines():
    with json_lines() as lines, warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    (line,) = of(lines(), "py.warnings")
    assert "DeprecationWarning: old" in line["message"]


def test_djangos_own_lines_about_a_request_have_its_id(db):
    with json_lines() as lines:
        response = Client().get("/nothing/")
    (line,) = of(lines(), "django.request")
    assert line["message"] == "Not Found: /nothing/"
    assert line["request_id"] == response["X-Request-ID"]
    assert "request" not in line


def test_what_can_only_be_shown_as_text_is_text():
    class Broken:
        def __str__(self) -> str:
            return "as text"

    with written("json") as lines:
        logger.warning("said", extra={"what": Broken(), "deep": {"a": [Broken()]}})
    (line,) = map(json.loads, lines())
    assert (line["what"], line["deep"]) == ("as text", {"a": ["as text"]})
