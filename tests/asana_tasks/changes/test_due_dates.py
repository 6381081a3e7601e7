"""What a person means by a new date, and what Asana is told for it."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from asana_tasks.changes.due_dates import (
    InvalidDate,
    WholeDay,
    due_fields,
    format_due,
    parse_day_and_time,
    parse_due,
)
from asana_tasks.dates import Calendar
from asana_tasks.models import Task

DAY = datetime.date
NEW_YORK = ZoneInfo("America/New_York")


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


# A Tuesday evening in New York; in UTC it is Wednesday already.
CALENDAR = Calendar(NEW_YORK, moment("2026-03-11T02:00Z"))
TODAY = DAY(2026, 3, 10)


def fields(due: str, *, on: str = "", at: str = "") -> dict:
    task = Task(due_on=DAY.fromisoformat(on) if on else None, due_at=moment(at) if at else None)
    return due_fields(task, parse_due(due), CALENDAR)


def test_a_day_is_a_day():
    assert fields("2026-04-01", on="2026-03-20") == {"due_on": "2026-04-01"}
    assert fields("2026-04-01") == {"due_on": "2026-04-01"}


def test_no_date_takes_both_away():
    assert fields("none", on="2026-03-20") == {"due_on": None}
    assert fields("none", at="2026-03-20T10:00Z") == {"due_on": None}


@pytest.mark.parametrize(
    ("on", "day_later", "week_later"),
    [
        pytest.param("2026-03-20", "2026-03-21", "2026-03-27", id="to come"),
        pytest.param("2026-03-10", "2026-03-11", "2026-03-17", id="today"),
        pytest.param("2026-03-01", "2026-03-11", "2026-03-17", id="overdue"),
        pytest.param("", "2026-03-11", "2026-03-17", id="undated"),
    ],
)
def test_later_is_later_than_its_date_and_than_today(on, day_later, week_later):
    assert fields("+1d", on=on) == {"due_on": day_later}
    assert fields("+1w", on=on) == {"due_on": week_later}


def test_a_time_of_day_stays_as_the_persons_clock_shows_it():
    at = "2026-03-06T14:30:00Z"  # half past nine in New York, before their summer time
    summer = {"due_at": "2026-04-01T13:30:00.000Z"}  # half past nine again
    assert fields("2026-04-01", at=at) == summer
    assert fields("+1w", at="2026-03-25T13:30:00Z") == summer


def test_a_time_that_has_passed_today_moves_to_tomorrow():
    assert fields("+1d", at="2026-03-10T13:30:00Z") == {"due_at": "2026-03-11T13:30:00.000Z"}


def test_the_day_of_a_time_is_the_persons_own():
    """One in the morning of the 21st in UTC is the evening of the 20th in New York."""
    assert fields("+1d", at="2026-03-21T01:00:00Z") == {"due_at": "2026-03-22T01:00:00.000Z"}


def test_a_time_that_a_clock_skips_is_still_a_moment():
    """At two in the night of 8 March their clocks jump to three."""
    calendar = Calendar(NEW_YORK, moment("2026-03-01T12:00Z"))
    task = Task(due_at=moment("2026-03-06T07:30:00Z"))
    assert due_fields(task, parse_due("2026-03-08"), calendar) == {
        "due_at": "2026-03-08T07:30:00.000Z"
    }


def test_an_undo_returns_to_the_very_moment():
    assert fields("2026-03-20T10:15:00+00:00", on="2026-04-01") == {
        "due_at": "2026-03-20T10:15:00.000Z"
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-02-30", "2026-13-01", "+2d", "None", "0026-03-01", "9999-01-01"),
        *("2026-03-20T10:15", "2026-03-20T25:00Z", "1", "\0", "²"),
        *("15", "1500", "25:00", "9:00", "no-time ", "no-time none", "no-time 9999-12-31"),
    ],
)
def test_what_is_no_date_is_refused_in_words(text):
    with pytest.raises(InvalidDate, match=r"^[A-Z].*\.$"):
        parse_due(text)


def test_beyond_all_calendars_is_an_overflow_and_no_date():
    with pytest.raises(OverflowError):
        fields("+1w", on="9999-12-30")


# A time of day


def test_a_time_alone_leaves_a_task_its_day():
    assert fields("15:00", on="2026-03-20") == {"due_at": "2026-03-20T19:00:00.000Z"}
    assert fields("15:00", at="2026-03-20T13:30:00Z") == {"due_at": "2026-03-20T19:00:00.000Z"}


@pytest.mark.parametrize(
    ("clock_time", "due_at"),
    [
        pytest.param("23:30", "2026-03-11T03:30:00.000Z", id="to come"),
        pytest.param("09:00", "2026-03-11T13:00:00.000Z", id="passed"),
    ],
)
def test_without_a_day_a_time_is_the_next_one_of_the_clock(clock_time, due_at):
    assert fields(clock_time) == {"due_at": due_at}


def test_a_time_is_taken_away_and_the_day_is_the_persons():
    """One in the morning of the 21st in UTC is the evening of the 20th in New York."""
    assert fields("no-time", at="2026-03-21T01:00:00Z") == {"due_on": "2026-03-20"}
    assert fields("no-time", on="2026-03-20") == {"due_on": "2026-03-20"}
    assert fields("no-time") == {"due_on": None}


def test_an_undo_returns_to_a_day_without_a_time():
    assert fields("no-time 2026-03-20", at="2026-04-21T01:00:00Z") == {"due_on": "2026-03-20"}


@pytest.mark.parametrize(
    ("day", "clock_time", "meant"),
    [
        ("2026-03-20", "", DAY(2026, 3, 20)),
        ("", "15:00", datetime.time(15)),
        ("2026-03-20", "15:00", datetime.datetime(2026, 3, 20, 15, tzinfo=NEW_YORK)),
    ],
)
def test_the_fields_of_a_form_are_a_day_a_time_or_both(day, clock_time, meant):
    assert parse_day_and_time(day, clock_time, CALENDAR) == meant


@pytest.mark.parametrize(
    ("day", "clock_time"),
    [
        *(("", ""), ("2026-02-30", "15:00"), ("2026-03-20", "25:00"), ("2026-03-20", "noon")),
        *(("none", "15:00"), ("0026-03-20", ""), ("", "9:00"), ("", "15:00:00+02:00")),
    ],
)
def test_fields_that_are_neither_are_refused_in_words(day, clock_time):
    with pytest.raises(InvalidDate, match=r"^[A-Z].*\.$"):
        parse_day_and_time(day, clock_time, CALENDAR)


@pytest.mark.parametrize(
    "new",
    [
        *(None, DAY(2026, 3, 20), datetime.time(9, 5), WholeDay(), WholeDay(DAY(2026, 3, 20))),
        *(datetime.timedelta(weeks=1), datetime.datetime(2026, 3, 20, 15, tzinfo=NEW_YORK)),
    ],
)
def test_what_is_kept_of_a_date_is_read_as_the_same(new):
    assert parse_due(format_due(new)) == new
