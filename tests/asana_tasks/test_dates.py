"""Days and instants from outside."""

import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from asana_tasks.dates import Calendar, parse_day, parse_instant


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


@pytest.mark.parametrize(
    ("first_weekday", "day", "first"),
    [
        (calendar.MONDAY, date(2026, 11, 29), date(2026, 11, 23)),
        (calendar.SUNDAY, date(2026, 11, 29), date(2026, 11, 29)),
        (calendar.SATURDAY, date(2026, 11, 29), date(2026, 11, 28)),
        (calendar.MONDAY, date(2027, 1, 1), date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_its_first_weekday(first_weekday, day, first):
    around = Calendar(ZoneInfo("UTC"), datetime(2026, 11, 29, tzinfo=UTC), first_weekday)
    assert around.week_of(day) == first
