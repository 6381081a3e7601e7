"""Days and instants from outside."""

from datetime import UTC, date, datetime

import pytest

from asana_tasks.dates import parse_day, parse_instant


@pytest.mark.parametrize(
    "text",
    [
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"),
        *("1899-12-31T23:59:59Z", "3000-01-01T00:00:00Z", "1900-01-01T00:00:00+00:01"),
        *("2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01", "", "now", "\0"),
    ],
)
def test_what_is_no_instant_or_at_the_edges_is_none(text):
    assert parse_instant(text) is None


def test_an_instant_is_in_utc():
    assert parse_instant("2026-01-01T00:30:00+01:00") == datetime(2025, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["1899-12-31", "3000-01-01", "2026-02-30", "20260101T", ""])
def test_what_is_no_day_or_at_the_edges_is_none(text):
    assert parse_day(text) is None


def test_a_day():
    assert parse_day("2026-02-28") == date(2026, 2, 28)
