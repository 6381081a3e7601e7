"""Who works and what waits, as asana_doctor, /admin/ and the daily clean-up see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import cleanup, doctor, health, messages
from asana_tasks.doctor import due_syncs, worker
from asana_tasks.models import FormerTask, SyncState, Worker
from tests.accounts.admin.test_first_page import page
from tests.accounts.doctor.findings import OK, PROBLEM, WARNING, is_found
from tests.asana_tasks.workers import make_due


def works(kind: str, **ago: float) -> None:
    seen_at = timezone.now() - timedelta(**ago)
    started_at = seen_at - timedelta(hours=2)
    Worker.objects.create(name=kind, kind=kind, started_at=started_at, seen_at=seen_at)


def waits(account, **ago: float) -> None:
    make_due(account)
    SyncState.objects.update(due_at=timezone.now() - timedelta(**ago))


@pytest.mark.parametrize("kind", ["celery", "embedded"])
def test_the_doctor_says_who_works_and_since_when(db, kind):
    works(kind, seconds=20)
    words = {"celery": "1 works: Celery, for 2", "embedded": "1 works: manage.py worker, for 2"}
    is_found(worker, OK, words[kind])


def test_nobody_who_works_is_a_problem_with_what_to_start(db):
    is_found(worker, PROBLEM, "manage.py worker")
    works("celery", seconds=31)
    is_found(worker, PROBLEM, "none has been heard of for 30 seconds")


@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [(1, OK, "1 account is due, one of them for 1 minute"), (6, WARNING, "for 6 minutes")],
)
def test_the_doctor_says_what_is_due_and_how_late(owner, minutes, state, words):
    waits(owner.account, minutes=minutes)
    is_found(due_syncs, state, words)


def test_nothing_is_due(db):
    is_found(due_syncs, OK, "0 accounts are due")


def test_the_doctor_makes_these_checks_among_its_own(db, monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", ())
    assert [each.about for each in doctor.examine()] == ["worker", "due syncs"]


def test_the_first_page_says_who_works(administrator):
    works("celery", seconds=1)
    works("embedded", seconds=2)
    assert "Workers (manage.py worker and Celery, for 2 hours)</dt> <dd>2</dd>" in page(
        administrator
    )


def test_the_first_page_says_that_nobody_works_and_what_to_start(administrator):
    text = page(administrator)
    assert "Nothing is synced: no worker has been heard of" in text
    assert "Start “manage.py worker”" in text


def test_the_first_page_says_that_syncs_are_late(owner):
    works("celery", seconds=1)
    waits(owner.account, minutes=6)
    assert "syncs are late: one has been due for 6 minutes" in [
        trouble.words for trouble in health.read_health().troubles
    ]
    SyncState.objects.update(due_at=timezone.now())
    assert not any("late" in trouble.words for trouble in health.read_health().troubles)


def test_the_clean_up_forgets_removed_tasks_after_ninety_days_and_dead_workers(owner):
    for gid, days in (("1", 89), ("2", 91)):
        removed_at = timezone.now() - timedelta(days=days)
        FormerTask.objects.create(
            account=owner.account, gid=gid, task_pk=int(gid), removed_at=removed_at
        )
    works("celery", hours=2)
    works("embedded", seconds=2)
    told = messages.deleted_message(cleanup.clean_up())
    assert "1 key of a removed task, 1 worker that is gone" in told
    assert FormerTask.objects.get().gid == "1"
    assert Worker.objects.get().kind == "embedded"
