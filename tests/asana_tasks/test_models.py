"""What templates ask of a task. No row is stored."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from asana_tasks.models import Project, Task, Workspace


def test_the_due_instant_is_the_persons_own():
    task = Task(due_on=date(2026, 11, 27), due_at=datetime(2026, 11, 27, 23, 30, tzinfo=UTC))
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert task.due_iso == "2026-11-28T00:30:00+01:00"


@pytest.mark.parametrize(("due_on", "iso"), [(date(2026, 11, 27), "2026-11-27"), (None, "")])
def test_a_due_day_has_no_time(due_on, iso):
    assert Task(due_on=due_on).due_iso == iso


@pytest.mark.parametrize(
    ("subtype", "completed", "is_undecided"),
    [("approval", False, True), ("approval", True, False), ("default_task", False, False)],
)
def test_an_open_approval_is_undecided(subtype, completed, is_undecided):
    assert Task(resource_subtype=subtype, completed=completed).is_undecided is is_undecided


@pytest.mark.parametrize(
    ("status", "words"),
    [("changes_requested", "changes requested"), ("pending", "pending"), ("", "")],
)
def test_a_decision_is_told_in_words(status, words):
    assert Task(approval_status=status).decision == words


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164\u2800", "\u00a0\ufe0f\u2067"])
def test_a_name_that_nobody_can_see_is_none(name):
    assert Task(name=name).title == "(no name)"
    assert str(Workspace(name=name, gid="7")) == "Workspace 7"
    assert str(Project(name=name, gid="7")) == "Project 7"
