"""Read the rows of the list: what they show, and how little of it there is."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.models import User
from asana_tasks.models import SyncState, Task, Workspace
from tests.asana_tasks.conftest import named
from tests.markup import page_html

PLAN = "Write the plan"


def row_of(person, name: str, query: str = "") -> str:
    page = page_html(person.get(f"/tasks/{query}"))
    return re.search(rf'<li id="task-{named(name).pk}".*?</li>', page)[0]


def test_it_is_a_tick_a_name_places_and_a_date(owner_with_tasks):
    task = named(PLAN)
    row = row_of(owner_with_tasks, PLAN)
    assert f'name="complete" value="{task.pk}" aria-label="Complete: {PLAN}"' in row
    assert f'href="/tasks/{task.pk}/">{PLAN}</a>' in row
    assert "Gauge launch \u203a Doing" in row
    assert ">Lighthouse Instruments</span>" in row
    assert f'datetime="{task.due_on}">Today</time>' in row
    assert len(row) < 620
    assert len(re.findall(r"<\w", row)) <= 8


def test_its_address_is_that_of_the_task(owner_with_tasks):
    address = reverse("asana_tasks:task", args=[named(PLAN).pk])
    assert f'href="{address}"' in row_of(owner_with_tasks, PLAN)


def test_times_are_those_of_the_person(owner_with_tasks):
    User.objects.update(time_zone="Asia/Kathmandu")  # +05:45
    at = dt.datetime(2031, 3, 4, 20, 30, tzinfo=dt.UTC)
    Task.objects.filter(name=PLAN).update(due_at=at, overdue_at=at)
    row = row_of(owner_with_tasks, PLAN)
    assert "Wed 5 Mar 2031, 02:15" in row
    assert 'datetime="2031-03-05T02:15+05:45"' in row


def test_the_main_account_is_not_named_and_others_are(owner_with_tasks, asana):
    assert "Ada Okafor" not in row_of(owner_with_tasks, PLAN)
    other = owner_with_tasks.account
    other.pk, other.gid, other.name, other.colour = None, "999", "Sam Reyes", "teal"
    other.save()
    SyncState.objects.create(account=other)
    workspace = named("Dentist").workspace
    Workspace.objects.filter(pk=workspace.pk).update(account=other)
    workspace.tasks.update(account=other)
    assert 'class="label dot-teal" dir="auto">Sam Reyes<' in row_of(owner_with_tasks, "Dentist")
    assert "Ada Okafor" not in row_of(owner_with_tasks, PLAN)


@pytest.mark.parametrize(("query", "says"), [("", False), ("?group=project", True)])
def test_overdue_is_a_word_where_the_group_does_not_say_so(owner_with_tasks, query, says):
    overdue = Task.objects.open().order_by("overdue_at").first()
    assert ("Overdue:" in row_of(owner_with_tasks, overdue.name, query)) is says


def test_a_done_task_says_when(owner_with_tasks):
    task = Task.objects.done().exclude(completed_at=None).first()
    row = row_of(owner_with_tasks, task.name, "?state=done")
    assert f'name="reopen" value="{task.pk}"' in row
    assert "Done " in row


def test_long_names_are_said_once_in_full(owner_with_tasks):
    Task.objects.filter(name=PLAN).update(name="word " * 200)
    row = row_of(owner_with_tasks, "word " * 200)
    assert row.count("word") < 200 + 30


def test_without_scripts_several_can_be_chosen(owner_with_tasks):
    task = named(PLAN)
    assert "checkbox" not in row_of(owner_with_tasks, PLAN)
    chosen = row_of(owner_with_tasks, PLAN, "?select=on")
    assert f'name="task" value="{task.pk}" form="selection"' in chosen
    assert "?select=on" in page_html(owner_with_tasks.get("/tasks/"))
