"""Dates as people type them, and the library that reads them."""

import datetime
import gc
import tracemalloc
from zoneinfo import ZoneInfo

import pytest

from asana_tasks.changes.due_dates import InvalidDate, WholeDay, format_due, parse_due
from asana_tasks.changes.typed_dates import LONGEST, parse_typed
from asana_tasks.dates import Calendar

DAY = datetime.date
AUCKLAND = ZoneInfo("Pacific/Auckland")
# Sunday 29 November, ten in the morning in Auckland; in UTC it is Saturday still.
CALENDAR = Calendar(AUCKLAND, datetime.datetime(2026, 11, 28, 21, tzinfo=datetime.UTC))


def moment(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime.datetime:
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=AUCKLAND)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", DAY(2026, 11, 29)),
        ("tomorrow", DAY(2026, 11, 30)),
        ("Day after tomorrow", DAY(2026, 12, 1)),
        ("fri", DAY(2026, 12, 4)),
        ("  Next   FRIDAY ", DAY(2026, 12, 4)),
        ("sun", DAY(2026, 12, 6)),  # which today is: the coming one
        ("in 3 days", DAY(2026, 12, 2)),
        ("3d", DAY(2026, 12, 2)),
        ("in two weeks", DAY(2026, 12, 13)),
        ("next week", DAY(2026, 12, 6)),
        ("next month", DAY(2026, 12, 29)),
        ("12 dec", DAY(2026, 12, 12)),
        ("dec 12", DAY(2026, 12, 12)),
        ("12th of december 2027", DAY(2027, 12, 12)),
        ("1 jan", DAY(2027, 1, 1)),
        ("29 nov", DAY(2026, 11, 29)),  # today, not in a year
        ("28 nov", DAY(2027, 11, 28)),  # has passed
        ("yesterday", DAY(2026, 11, 28)),
        ("28 nov 2026", DAY(2026, 11, 28)),
        ("29 feb", DAY(2028, 2, 29)),
        ("2026-12-12", DAY(2026, 12, 12)),
        ("31/12", DAY(2026, 12, 31)),
        ("12/11", DAY(2027, 11, 12)),  # the day stands first
        ("12/11/2026", DAY(2026, 11, 12)),
        ("12.12.", DAY(2026, 12, 12)),
        ("12.11", DAY(2027, 11, 12)),
        ("12.12.2026", DAY(2026, 12, 12)),
    ],
)
def test_a_day(text, day):
    assert parse_typed(text, CALENDAR) == day


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow 15:00", moment(30, 15)),
        ("tomorrow at 3pm", moment(30, 15)),
        ("today 10:00", moment(29, 10)),  # which it is at this moment
        ("fri 9am", moment(4, 9, month=12)),
        ("12 dec at 9:30", moment(12, 9, 30, month=12)),
        ("12.12. 9:30", moment(12, 9, 30, month=12)),
        ("in 90 minutes", moment(29, 11, 30)),
        ("tonight", moment(29, 20)),
        ("tomorrow noon", moment(30, 12)),
    ],
)
def test_a_day_and_a_time_in_the_persons_zone(text, meant):
    assert parse_typed(text, CALENDAR) == meant


@pytest.mark.parametrize(
    ("text", "hour"), [("15:00", 15), ("3pm", 15), ("at 9am", 9), ("noon", 12)]
)
def test_a_time_alone_leaves_a_task_its_day(text, hour):
    assert parse_typed(text, CALENDAR) == datetime.time(hour)


@pytest.mark.parametrize(
    ("text", "meant"), [("none", None), ("No  date", None), ("no time", WholeDay())]
)
def test_words_take_a_date_or_a_time_away(text, meant):
    assert parse_typed(text, CALENDAR) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("soon", "buy milk", "5", "12", "1234567890", "20261212", "12th", "may", "2027", "a"),
        *("dec 2027", "11/25", "12/25/2026", "17.30", "31 feb", "fri 9", "fri sat", "at", "q3"),
        *("tomorrow 25:00", "tomorrow at 9", "in 3 days 9", "12 dec 25:00", "1e5", "12 dec 0001"),
        *("in 1000000 years", "in 9999999999999 days", "in 99999 weeks", "+1w <b>"),
        *("tomorrow 15:00 EST", "12 dec 15:00 +02:00", "\0", "²", "٣", "\u202e", "%s", "'; --"),
    ],
)
def test_what_says_no_date_or_too_little_is_refused_in_words(text):
    with pytest.raises(InvalidDate, match=r"^[A-Z“].*\.$"):
        parse_typed(text, CALENDAR)


@pytest.mark.parametrize(
    "part", ["1 ", "9", "in 1 day ", "fri ", "(", "1/", "😀", "²", "\0", "9h9m"]
)
def test_a_long_text_is_not_even_read(part, monkeypatch):
    def fail(*_args, **_kwargs):
        pytest.fail("It was read")

    monkeypatch.setattr("asana_tasks.changes.typed_dates.DateDataParser", fail)
    with pytest.raises(InvalidDate, match="too long"):
        parse_typed(part * LONGEST + part, CALENDAR)


def test_the_coming_friday_is_that_of_the_persons_zone():
    now = datetime.datetime(2026, 12, 4, 3, tzinfo=datetime.UTC)  # a Friday
    honolulu = Calendar(ZoneInfo("Pacific/Honolulu"), now)  # Thursday evening there
    assert parse_typed("fri", honolulu) == DAY(2026, 12, 4)
    assert parse_typed("fri", Calendar(AUCKLAND, now)) == DAY(2026, 12, 11)


@pytest.mark.library
@pytest.mark.parametrize("text", ["fri", "12 dec 9:00", "tomorrow 15:00"])
def test_a_parser_for_each_moment_takes_no_memory_for_good(text):
    """Dateparser 1.2 kept something for every RELATIVE_BASE: its issue 985."""

    def parse_often(first: int) -> int:
        for seconds in range(first, first + 50):
            now = CALENDAR.now + datetime.timedelta(seconds=seconds)
            parse_typed(text, Calendar(AUCKLAND, now))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        parse_often(0)
        before = parse_often(50)
        assert parse_often(100) - before < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["fri", "tomorrow 15:00", "15:00", "none", "no time"])
def test_what_was_meant_can_be_kept(text):
    meant = parse_typed(text, CALENDAR)
    assert parse_due(format_due(meant)) == meant
