"""The dates that menus offer, and the days they say."""

import datetime
from calendar import MONDAY, SATURDAY, SUNDAY

import pytest

from asana_tasks.changes.date_choices import DateChoice, date_choices
from asana_tasks.changes.due_dates import parse_due
from asana_tasks.dates import Calendar
from asana_tasks.models import Task

DAY = datetime.date
NOON = datetime.time(12, tzinfo=datetime.UTC)


def calendar(today: datetime.date, first_weekday: int = MONDAY) -> Calendar:
    return Calendar(datetime.UTC, datetime.datetime.combine(today, NOON), first_weekday)


def choice(name: str, choices: list[DateChoice]) -> DateChoice:
    return next(each for each in choices if each.name == name)


@pytest.mark.parametrize(
    ("today", "offered"),
    [
        (DAY(2026, 11, 25), ["25", "26", "30", "2"]),  # a Wednesday: Monday is one of its own
        (DAY(2026, 11, 29), ["29", "30", "6"]),  # a Sunday: it is tomorrow
        (DAY(2026, 11, 30), ["30", "1", "7"]),  # a Monday: it is in a week
    ],
)
def test_the_menu_offers_each_day_once_and_says_which_it_is(today, offered):
    choices = date_choices(calendar(today))
    assert [str(each.day.day) for each in choices if each.day] == offered
    assert [each.label for each in choices[-3:]] == ["One week later", "No time of day", "No date"]
    assert all(parse_due(each.value) == each.day for each in choices if each.day)
    assert len({each.name for each in choices}) == len(choices)


@pytest.mark.parametrize(
    ("first_weekday", "label", "day"),
    [(MONDAY, "Monday", 30), (SUNDAY, "Sunday", 29), (SATURDAY, "Saturday", 28)],
)
def test_it_offers_the_first_day_of_the_next_week(first_weekday, label, day):
    choices = date_choices(calendar(DAY(2026, 11, 25), first_weekday))
    found = choice("next-monday", choices)
    assert (found.label, found.day) == (label, DAY(2026, 11, day))


@pytest.mark.parametrize(
    ("due_on", "later", "is_from_today"),
    [
        pytest.param(DAY(2026, 12, 10), DAY(2026, 12, 17), False, id="to come"),
        pytest.param(DAY(2026, 11, 25), DAY(2026, 12, 2), False, id="today"),
        pytest.param(DAY(2026, 11, 1), DAY(2026, 12, 2), True, id="overdue"),
        pytest.param(None, DAY(2026, 12, 2), True, id="undated"),
    ],
)
def test_for_one_task_a_week_later_says_when_that_is(due_on, later, is_from_today):
    choices = date_choices(calendar(DAY(2026, 11, 25)), Task(due_on=due_on))
    found = choice("week-later", choices)
    assert (found.day, found.is_from_today) == (later, is_from_today)


def test_a_week_beyond_all_calendars_says_no_day():
    choices = date_choices(calendar(DAY(2026, 11, 25)), Task(due_on=DAY(9999, 12, 30)))
    assert choice("week-later", choices).day is None


@pytest.mark.parametrize("has_time", [True, False])
def test_a_time_can_be_taken_away_from_a_task_that_has_one(has_time):
    at = datetime.datetime(2026, 11, 25, 15, tzinfo=datetime.UTC) if has_time else None
    choices = date_choices(calendar(DAY(2026, 11, 25)), Task(due_on=DAY(2026, 11, 25), due_at=at))
    assert ("no-time" in {each.name for each in choices}) is has_time
