from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from asana_tasks.models import Task
from asana_tasks.templatetags.onelist import clock, seconds_left_today
from tests.markup import one_line

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 11, 27, 9, 5, tzinfo=UTC), "10:05"),
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), "00:30"),  # today, in Berlin
        (datetime(2026, 11, 26, 9, 5, tzinfo=UTC), "Thu 26 Nov, 10:05"),
    ],
)
def test_a_clock_names_the_day_unless_it_is_today(instant, words):
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert clock(instant, NOW) == words


@pytest.mark.parametrize(
    ("now", "zone", "left"),
    [
        ("2026-11-29T22:59:00+00:00", "Europe/Berlin", 60),
        ("2026-11-29T23:00:00+00:00", "Europe/Berlin", 24 * 3600),
        ("2026-10-24T22:00:00+00:00", "Europe/Berlin", 25 * 3600),  # summer time ends
        ("2026-03-28T23:00:00+00:00", "Europe/Berlin", 23 * 3600),  # it begins
        ("2026-11-29T23:59:59.7+00:00", "UTC", 0),
    ],
)
def test_what_is_left_of_the_day_is_that_of_the_persons_day(now, zone, left):
    at = datetime.fromisoformat(now)
    with time_machine.travel(at, tick=False), timezone.override(ZoneInfo(zone)):
        assert seconds_left_today() == left


def render(source: str, **context) -> str:
    request = RequestFactory().get("/tasks/?q=plan")
    template = Template("{% load onelist %}" + source)
    return one_line(template.render(Context({"request": request, **context})))


def test_a_change_form_sends_its_task_and_where_to_go_back_to():
    form = render("{% change_form task=task %}<b>x</b>{% endchange_form %}", task=Task(pk=1234))
    assert '<form method="post" action="/tasks/change/">' in form
    assert '<input type="hidden" name="next" value="/tasks/?q=plan">' in form
    assert '<input type="hidden" name="task" value="1234"><b>x</b></form>' in form


def test_a_change_form_takes_attributes_and_escapes_them():
    form = render('{% change_form class="bar" aria_label=label %}{% endchange_form %}', label='"<')
    assert '<form aria-label="&quot;&lt;" class="bar" method="post"' in form


def test_a_change_form_takes_no_task_from_around_it():
    form = render("{% change_form %}{{ task.pk }}{% endchange_form %}", task=Task(pk=1234))
    assert 'name="task"' not in form
    assert "1234</form>" in form
