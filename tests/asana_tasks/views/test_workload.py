from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from accounts.time_zones import zone_named
from asana_tasks.dates import Calendar
from asana_tasks.views.workload import HEIGHT, Workload, workload_of
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import one_line

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)
TODAY = NOW.date()


def calendar(zone: str = "UTC", now: datetime = NOW) -> Calendar:
    return Calendar(zone_named(zone), now)


def figures(workload: Workload) -> dict[str, int]:
    return {bar.label: bar.count for bar in workload.bars if bar.count}


def done(at: datetime) -> dict:
    return {"completed": True, "completed_at": at}


def drawing(workload: Workload) -> str:
    return one_line(render_to_string("asana_tasks/_workload.html", {"workload": workload}))


@pytest.fixture
def workspace(owner):
    return workspace_of(owner.account)


def test_it_counts_what_is_due_and_done_each_day(owner, workspace):
    add_tasks(
        workspace,
        {"due_on": TODAY},
        {"due_on": TODAY},
        {"due_on": TODAY + timedelta(days=13)},
        {"due_on": TODAY, **done(NOW)},
        done(NOW - timedelta(days=13)),
    )
    workload = workload_of(owner.user, calendar())
    assert figures(workload) == {
        "Sat 14 Nov: 1 done": 1,
        "Fri 27 Nov: 1 done": 1,
        "Fri 27 Nov: 2 due": 2,
        "Thu 10 Dec: 1 due": 1,
    }
    assert [bar.day for bar in workload.done] == [
        TODAY - timedelta(days=n) for n in range(13, -1, -1)
    ]
    assert [bar.day for bar in workload.due] == [TODAY + timedelta(days=n) for n in range(14)]
    assert (workload.done_count, workload.due_count) == (2, 3)


def test_the_days_beyond_are_not_counted(owner, workspace):
    add_tasks(
        workspace,
        {},
        {"due_on": TODAY - timedelta(days=1)},
        {"due_on": TODAY + timedelta(days=14)},
        done(NOW - timedelta(days=14)),
        done(NOW + timedelta(days=1)),
    )
    workload = workload_of(owner.user, calendar())
    assert workload.is_empty
    assert drawing(workload).strip() == ""


def test_of_one_workspace_alone(owner, workspace):
    other = workspace_of(owner.account, "88")
    add_tasks(workspace, {"due_on": TODAY}, done(NOW))
    add_tasks(other, {"due_on": TODAY}, {"due_on": TODAY}, done(NOW))
    workload = workload_of(owner.user, calendar(), other)
    assert figures(workload) == {"Fri 27 Nov: 1 done": 1, "Fri 27 Nov: 2 due": 2}
    assert f"/tasks/?workspace={other.pk}&due_from=2026-11-27" in {
        bar.address.partition("&due_to")[0] for bar in workload.due
    }


def test_another_user_s_tasks_are_not_counted(owner, other_user, workspace):
    add_tasks(workspace, {"due_on": TODAY}, done(NOW))
    assert workload_of(other_user.user, calendar()).is_empty


def test_a_day_is_the_person_s_own(owner, workspace):
    late = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    add_tasks(workspace, {"due_on": TODAY, "due_at": late}, done(late - timedelta(days=1)))
    assert figures(workload_of(owner.user, calendar("Europe/Prague"))) == {
        "Thu 26 Nov: 1 done": 1,  # 23:30 there
        "Fri 27 Nov: 1 due": 1,
    }
    assert figures(workload_of(owner.user, calendar("Asia/Tokyo"))) == {
        "Fri 27 Nov: 1 done": 1,  # 7:30 there
        "Sat 28 Nov: 1 due": 1,
    }


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Prague", date(2026, 10, 25)),  # 25 hours
        ("Europe/Prague", date(2027, 3, 28)),  # 23 hours
        ("Africa/Cairo", date(2027, 4, 30)),  # begins at one o'clock
        ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
        ("Australia/Lord_Howe", date(2026, 10, 4)),  # 23 and a half
    ],
)
def test_every_hour_of_a_day_in_which_the_clocks_change_belongs_to_it(owner, workspace, zone, day):
    around = calendar(zone, datetime.combine(day, NOW.time(), tzinfo=UTC))
    span = around.between(day, day)
    hours = int((span.end - span.start) / timedelta(minutes=30))
    for number in range(hours):
        at = span.start + timedelta(minutes=30 * number)
        add_tasks(workspace, {"due_on": at.date(), "due_at": at}, done(at))
    workload = workload_of(owner.user, around)
    assert {bar.count for bar in workload.bars if bar.day == day} == {hours}
    assert (workload.done_count, workload.due_count) == (hours, hours)


def test_it_asks_one_query(owner, workspace, django_assert_num_queries):
    add_tasks(workspace, {"due_on": TODAY})
    user = owner.user
    for restricted in (None, workspace):
        with django_assert_num_queries(1):
            workload_of(user, calendar(), restricted)


def test_the_highest_bar_fills_the_drawing_and_the_lowest_is_seen(owner, workspace):
    add_tasks(workspace, *({"due_on": TODAY} for _ in range(200)), done(NOW))
    workload = workload_of(owner.user, calendar())
    heights = sorted({bar.height for bar in workload.bars})
    assert heights == [0, 2, HEIGHT - 1]
    assert workload.highest.label == "Fri 27 Nov: 200 due"
    assert all(0 <= bar.left <= workload.width - workload.column for bar in workload.bars)


def test_the_drawing_is_a_picture_with_words_and_links(owner, workspace):
    add_tasks(workspace, {"due_on": TODAY}, done(NOW - timedelta(days=1)))
    html = drawing(workload_of(owner.user, calendar()))
    figure = ElementTree.fromstring(html.strip())
    (picture,) = figure.findall("svg/g")
    assert picture.get("role") == "img"
    words = {element.get("id"): element.text for element in picture if element.get("id")}
    assert picture.get("aria-labelledby") == " ".join(map(str, words))
    assert "1 done in the last 14 days, 1 due in the next 14" in str(words["workload-about"])
    assert picture.find(".//a") is None  # what a picture holds cannot be reached
    assert {link.get("aria-label"): link.get("href") for link in figure.findall("svg/a")} == {
        "Thu 26 Nov: 1 done": "/tasks/?state=done&done_on=2026-11-26",
        "Fri 27 Nov: 1 due": "/tasks/?due_from=2026-11-27&due_to=2026-11-27",
    }
    assert len(figure.findall("table/tbody/tr")) == 28
    assert "style=" not in html
