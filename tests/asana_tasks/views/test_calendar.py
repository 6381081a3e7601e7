import re
from calendar import MONDAY
from datetime import UTC, date, datetime

import pytest
import time_machine

from asana_tasks.dates import Calendar
from asana_tasks.models import SavedView, SyncState, Task
from asana_tasks.views.calendar import Day, Entry
from asana_tasks.views.periods import Month, Week
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html
from tests.people import Person

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)
CALENDAR = "/tasks/calendar/"
RESTORED = {"hx-history-restore-request": "true"}


@pytest.fixture(autouse=True)
def today(owner: Person, request: pytest.FixtureRequest):
    """Set the time to NOW after all users are stored: the stand-in uses the real time."""
    if "other_user" in request.fixturenames:
        request.getfixturevalue("other_user")
    with time_machine.travel(NOW):
        yield


def text(response) -> str:
    return str(page_html(response))


def days(response) -> dict[date, list[str]]:
    weeks = response.context["weeks"]
    return {
        day.date: [entry.title for entry in day.entries]
        for week in weeks
        for day in week
        if day.entries and not day.is_outside
    }


def add(person: Person, name: str, **response) -> Task:
    return add_tasks(workspace_of(person.account), {"name": name, **response})[0]


def in_zone(person: Person, name: str) -> None:
    """Set the user's time zone; tests do so before they add tasks."""
    person.user.time_zone = name
    person.user.save()
    person.account.refresh_from_db()


def test_it_shows_each_task_on_its_day(owner):
    plan = add(owner, "Write the plan", due_on=date(2026, 11, 27))
    add(owner, "Somewhen")
    add(owner, "Next month", due_on=date(2026, 12, 1))
    page = owner.get(CALENDAR)
    assert days(page) == {date(2026, 11, 27): ["Write the plan"]}
    assert f'href="/tasks/{plan.pk}/"' in text(page)
    assert '<h1 id="period">November 2026</h1>' in text(page)
    assert "Write the plan" not in text(owner.get(CALENDAR, data={"month": "2026-10"}))


def test_a_time_falls_on_the_day_it_is_where_the_person_is(owner):
    in_zone(owner, "Pacific/Auckland")  # 13 hours ahead
    late = datetime(2026, 11, 20, 20, 15, tzinfo=UTC)
    add(owner, "Call", due_on=late.date(), due_at=late)
    add(owner, "Post", due_on=date(2026, 11, 30))
    page = owner.get(CALENDAR)
    assert days(page) == {date(2026, 11, 21): ["Call"], date(2026, 11, 30): ["Post"]}
    assert '<span class="at">09:15</span> Call' in text(page)


@pytest.mark.parametrize(
    ("zone", "month"),
    [("Europe/Prague", "2026-10"), ("America/New_York", "2026-11"), ("Africa/Cairo", "2026-04")],
)
def test_no_day_is_lost_in_a_month_in_which_the_clocks_change(owner, zone, month):
    in_zone(owner, zone)
    year, number = map(int, month.split("-"))
    dates = [date(year, number, day) for day in range(1, 31)]
    for day in dates:
        add(owner, str(day), due_on=day)
    assert days(owner.get(CALENDAR, data={"month": month})) == {day: [str(day)] for day in dates}


def test_completed_ones_are_struck_through_and_come_last(owner):
    day = date(2026, 11, 20)
    add(owner, "Done", due_on=day, completed=True, completed_at=NOW)
    add(owner, "Open", due_on=day)
    page = owner.get(CALENDAR)
    assert days(page) == {day: ["Open", "Done"]}
    assert '<s>Done</s><span class="unseen"> (done)</span>' in text(page)
    assert 'Open<span class="unseen"> (overdue)</span>' in text(page)


def test_today_is_marked_once(owner):
    assert text(owner.get(CALENDAR)).count('aria-current="date"') == 1
    assert 'aria-current="date"' not in text(owner.get(CALENDAR, data={"month": "2026-12"}))


def test_a_full_day_leads_to_the_list(owner):
    day = date(2026, 11, 27)
    add_tasks(workspace_of(owner.account), *({"name": f"N{n}", "due_on": day} for n in range(7)))
    page = text(owner.get(CALENDAR))
    assert len(re.findall(r">N\d<", page)) == 4
    assert '?due_from=2026-11-27&amp;due_to=2026-11-27">3 more<' in page
    add(owner, "Done", due_on=day, completed=True, completed_at=NOW)
    page = text(owner.get(CALENDAR))
    assert '?due_from=2026-11-27&amp;due_to=2026-11-27&amp;state=all">4 more<' in page


def test_one_task_more_needs_no_link(owner):
    day = date(2026, 11, 27)
    add_tasks(workspace_of(owner.account), *({"name": f"N{n}", "due_on": day} for n in range(5)))
    assert len(re.findall(r">N\d<", text(owner.get(CALENDAR)))) == 5


def test_the_months_lead_on(owner):
    page = text(owner.get(CALENDAR, data={"month": "2027-01"}))
    assert 'rel="prev" href="/tasks/calendar/?&amp;month=2026-12"' in page
    assert 'rel="next" href="/tasks/calendar/?&amp;month=2027-02"' in page


@pytest.mark.parametrize(("end", "rel"), [("1970-01", "prev"), ("2999-12", "next")])
def test_they_end_somewhere(owner, end, rel):
    page = text(owner.get(CALENDAR, data={"month": end}))
    assert end[:4] in page
    assert f'rel="{rel}"' not in page


@pytest.mark.parametrize(
    "month",
    ["", "x", "2026", "2026-13", "2026-00", "0000-01", "0001-01", "9999-12", "1969-12", "3000-01",
     "2026-11-27", "-1", "٢٠٢٦-13", "\0", "9" * 5000],
)  # fmt: skip
def test_a_month_that_is_none_is_this_month(owner, month):
    response = owner.get(CALENDAR, data={"month": month})
    assert response.status_code == 200
    assert str(response.context["period"]) == "2026-11"


def test_it_is_a_table_with_headers(owner):
    page = text(owner.get(CALENDAR))
    assert re.findall(r'role="columnheader"><abbr title="(\w+)"', page) == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]  # fmt: skip
    assert "Nothing is due in November 2026 as far as we know." in page


def test_names_are_text_and_no_more_of_them_than_is_seen(owner):
    add(owner, "<script>" + "x" * 5000, due_on=date(2026, 11, 27))
    add(owner, "  ", due_on=date(2026, 11, 28))
    page = text(owner.get(CALENDAR))
    assert "&lt;script&gt;x" in page
    assert "x" * 200 not in page
    assert "(no name)" in page


def test_it_shows_another_user_and_an_administrator_nothing(owner, other_user, administrator):
    add(owner, "Write the plan", due_on=date(2026, 11, 27))
    for client in (other_user, administrator):
        response = client.get(CALENDAR)
        assert response.status_code == 200
        assert "Write the plan" not in text(response)


def test_it_sends_nobody_to_the_sign_in_page(nobody):
    assert nobody.get(CALENDAR)["Location"] == f"/login/?next={CALENDAR}"


def test_it_only_reads(owner):
    assert owner.post(CALENDAR).status_code == 405


def test_it_asks_the_same_number_of_queries_whatever_there_is(
    owner, django_assert_num_queries, django_assert_max_num_queries
):
    add(owner, "One", due_on=date(2026, 11, 27))
    owner.get(CALENDAR)  # which renews the session
    with django_assert_max_num_queries(10) as few:
        owner.get(CALENDAR)
    add_tasks(
        workspace_of(owner.account),
        *({"name": "Many", "due_on": date(2026, 11, 1 + n % 30)} for n in range(300)),
    )
    with django_assert_num_queries(len(few)):
        owner.get(CALENDAR)


def test_a_full_month_is_shown_whole(owner):
    add_tasks(
        workspace_of(owner.account),
        *({"name": str(n), "due_on": date(2026, 11, 1 + n % 30)} for n in range(900)),
    )
    assert {len(titles) for titles in days(owner.get(CALENDAR)).values()} == {30}


@pytest.mark.parametrize(
    ("day", "is_in"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 11, 30), True),
        (date(2025, 11, 30), False),
    ],
)
def test_a_month_knows_its_days(day, is_in):
    assert (day in Month(date(2026, 11, 1), MONDAY)) is is_in


@pytest.mark.parametrize(
    ("completed", "is_overdue", "css_class"),
    [(True, False, "done"), (True, True, "done"), (False, True, "late"), (False, False, "")],
)
def test_an_entry_looks_done_or_late(completed, is_overdue, css_class):
    assert Entry(1, "Plan", completed, None, is_overdue, colour=0).css_class == css_class


def test_a_day_looks_like_today_or_free():
    entries = [Entry(1, "Plan", completed=False, at=None, is_overdue=False, colour=0)]
    assert Day(NOW.date(), entries=entries).css_class == ""
    assert Day(NOW.date(), is_today=True, entries=entries).css_class == "today"
    assert Day(NOW.date(), is_today=True).css_class == "today free"
    assert Day(NOW.date(), is_outside=True, entries=entries).css_class == "outside"


def test_days_of_the_neighbouring_months_are_filled(owner):
    add(owner, "Before", due_on=date(2026, 10, 26))
    add(owner, "After", due_on=date(2026, 12, 6))
    add(owner, "Too late", due_on=date(2026, 12, 7))
    page = text(owner.get(CALENDAR))
    assert "Before" in page
    assert "After" in page
    assert "Too late" not in page


# Weeks


def test_a_week_shows_all_of_its_tasks(owner):
    day = date(2026, 11, 23)
    add_tasks(workspace_of(owner.account), *({"name": f"N{n}", "due_on": day} for n in range(30)))
    add(owner, "Sunday", due_on=date(2026, 11, 29))
    add(owner, "Next Monday", due_on=date(2026, 11, 30))
    page = owner.get(CALENDAR, data={"week": "2026-11-26"})
    shown = days(page)
    assert len(shown[day]) == 30
    assert shown[date(2026, 11, 29)] == ["Sunday"]
    assert len(re.findall(r">N\d+<", text(page))) == 30
    assert '<h1 id="period">23 to 29 November 2026</h1>' in text(page)
    assert "Next Monday" not in text(page)


def test_weeks_lead_on_and_to_their_month(owner):
    page = text(owner.get(CALENDAR, data={"week": "2026-12-31"}))
    assert '<h1 id="period">28 December 2026 to 3 January 2027</h1>' in page
    assert 'rel="prev" href="/tasks/calendar/?&amp;week=2026-12-21"' in page
    assert 'rel="next" href="/tasks/calendar/?&amp;week=2027-01-04"' in page
    assert '?&amp;month=2026-12">Month' in page


def test_a_month_leads_to_the_week_of_today_or_to_its_first(owner):
    assert '?&amp;week=2026-11-27">Week' in text(owner.get(CALENDAR))
    assert '?&amp;week=2027-02-01">Week' in text(owner.get(CALENDAR, data={"month": "2027-02"}))


@pytest.mark.parametrize(
    "week",
    ["", "x", "2026-48", "2026-W48", "2026-02-30", "0001-01-01", "9999-12-31", "1969-12-31",
     "3000-01-01", "2026-11-27T10:00", "\0", "9" * 5000],
)  # fmt: skip
def test_a_week_that_is_none_is_this_week(owner, week):
    response = owner.get(CALENDAR, data={"week": week})
    assert response.status_code == 200
    assert str(response.context["period"]) == "2026-11-23"


@pytest.mark.parametrize(
    ("end", "rel"), [("1970-01-01", "prev"), ("1970-01-04", "prev"), ("2999-12-01", "next")]
)
def test_weeks_end_somewhere(owner, end, rel):
    page = text(owner.get(CALENDAR, data={"week": end}))
    assert f'rel="{rel}"' not in page
    assert page.count('rel="prev"') + page.count('rel="next"') == 1


@pytest.mark.parametrize(
    ("first_weekday", "first", "name"),
    [(6, "2026-11-22", "Sunday"), (5, "2026-11-21", "Saturday"), (0, "2026-11-23", "Monday")],
)
def test_weeks_begin_on_the_persons_day(owner, first_weekday, first, name):
    owner.user.first_weekday = first_weekday
    owner.user.save()
    week = owner.get(CALENDAR, data={"week": ""})
    assert str(week.context["period"]) == first
    for page in (week, owner.get(CALENDAR)):
        assert re.search(r'role="columnheader"><abbr title="(\w+)"', text(page))[1] == name


@pytest.mark.parametrize("kind", [Month, Week])
def test_each_period_follows_the_one_before(kind):
    calendar = Calendar(UTC, NOW, first_weekday=6)
    period = kind.around(NOW.date(), calendar)
    for _ in range(60):
        following = period.next
        assert following.previous == period
        assert (following.first - period.last).days == 1
        assert kind.named(str(following), calendar) == following
        assert {day.weekday() for week in period.weeks() for day in week[:1]} == {6}
        period = following


# Filters


def test_it_is_narrowed_as_the_list_is(owner):
    for name in ("Write the plan", "Write the book", "Read"):
        add(owner, name, due_on=date(2026, 11, 27))
    page = owner.get(CALENDAR, data={"q": "write", "month": "2026-11"})
    assert days(page) == {date(2026, 11, 27): ["Write the plan", "Write the book"]}
    html = text(page)
    assert 'rel="next" href="/tasks/calendar/?q=write&amp;month=2026-12"' in html
    assert 'href="/tasks/?q=write">Tasks' in html


def test_what_the_list_is_asked_by_time_says_nothing_here(owner):
    add(owner, "Plan", due_on=date(2026, 11, 27))
    page = owner.get(CALENDAR, data={"due": "later", "due_from": "2026-12-01", "sort": "name"})
    assert days(page) == {date(2026, 11, 27): ["Plan"]}


@pytest.mark.parametrize(
    ("state", "shown"),
    [("open", ["Open"]), ("done", ["Done"]), ("all", ["Open", "Done"]), ("", ["Open", "Done"])],
)
def test_it_shows_open_and_done_ones_unless_it_is_asked_for_some(owner, state, shown):
    day = date(2026, 11, 20)
    add(owner, "Done", due_on=day, completed=True, completed_at=NOW)
    add(owner, "Open", due_on=day)
    assert days(owner.get(CALENDAR, data={"state": state})) == {day: shown}


def test_each_chip_removes_its_filter_and_keeps_the_week(owner):
    page = text(owner.get(CALENDAR, data={"kind": "milestone", "q": "x", "week": "2026-11-23"}))
    assert 'href="/tasks/calendar/?q=x&amp;week=2026-11-23"' in page
    assert "Nothing of what you look for is due in 23 to 29 November 2026" in page


def test_a_filter_of_what_is_gone_shows_nothing(owner):
    add(owner, "Plan", due_on=date(2026, 11, 27))
    assert days(owner.get(CALENDAR, data={"project": "999999"})) == {}


def test_saved_views_apply(owner):
    SavedView.objects.create(user=owner.user, name="Plans", query="q=plan")
    add(owner, "Plan", due_on=date(2026, 11, 27))
    page = text(owner.get(CALENDAR))
    assert 'href="/tasks/calendar/?q=plan&amp;month=2026-11"' in page
    assert 'aria-current="page">Plans' in text(owner.get(CALENDAR, data={"q": "plan"}))


def test_the_list_leads_to_the_calendar_with_its_filters(owner):
    assert 'href="/tasks/calendar/?q=plan"' in text(owner.get("/tasks/?q=plan"))


# An open page


def test_an_open_page_gets_the_days_and_the_line_alone(owner):
    add(owner, "Plan", due_on=date(2026, 11, 27))
    page = text(owner.get(CALENDAR, headers={"hx-request": "true"}))
    assert page.startswith('<div id="tasks" data-version="')
    assert "Plan" in page
    assert '<details id="sync-status" hx-swap-oob="merge"' in page
    assert "<h1" not in page
    whole = text(owner.get(CALENDAR, headers={"hx-request": "true", **RESTORED}))
    assert '<h1 id="period">' in whole


def test_looking_at_it_makes_a_stale_account_due(owner):
    SyncState.objects.update(due_at=None, looked_at=None)
    owner.get(CALENDAR)
    assert SyncState.objects.get().due_at is not None


def test_a_day_and_an_entry_say_what_scripts_need(owner):
    at = datetime(2026, 11, 27, 15, tzinfo=UTC)
    task = add(owner, "Call", due_on=at.date(), due_at=at)
    page = text(owner.get(CALENDAR))
    assert re.search(r'<td id="day-2026-11-27"[^>]*data-day="2026-11-27"', page)
    assert re.search(rf'<li id="task-{task.pk}"[^>]*data-at="15:00"', page)
