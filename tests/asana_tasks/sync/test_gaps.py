"""Gaps between the transactions of a worker, for people's writes."""

import contextlib
import threading

import pytest
from django.db import connection

from asana_tasks.sync import gaps
from asana_tasks.sync.gaps import LONGEST, transaction_after_gap

IS_SQLITE = connection.vendor == "sqlite"


class Clock:
    """A clock that moves when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch, db) -> Clock:
    clock = Clock()
    monkeypatch.setattr(gaps, "time", clock)
    monkeypatch.setattr(gaps, "gaps", gaps.Gaps())
    return clock


def work(clock: Clock, seconds: float) -> None:
    with transaction_after_gap():
        clock.now += seconds


@pytest.mark.parametrize(("took", "gap"), [(0.004, 0.004), (0.03, LONGEST)])
def test_the_gap_is_as_long_as_the_transaction_before_up_to_a_limit(clock, took, gap):
    work(clock, took)
    assert sum(clock.slept) == 0
    work(clock, took)
    assert sum(clock.slept) == (pytest.approx(gap) if IS_SQLITE else 0)


def test_who_comes_later_does_not_wait(clock):
    work(clock, 0.03)
    clock.now += LONGEST
    work(clock, 0.03)
    assert sum(clock.slept) == pytest.approx(0)


def test_a_transaction_that_fails_is_followed_by_a_gap_too(clock):
    with contextlib.suppress(ArithmeticError), transaction_after_gap():
        clock.now += 0.03
        raise ArithmeticError
    work(clock, 0.001)
    assert sum(clock.slept) == (pytest.approx(LONGEST) if IS_SQLITE else 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL has many writers")
def test_no_other_thread_fills_a_gap(clock, monkeypatch):
    """The second thread sleeps and writes while nobody else of the process may."""
    work(clock, 0.03)
    held = []
    monkeypatch.setattr(clock, "sleep", lambda _: held.append(gaps.gaps.lock.locked()))

    def write() -> None:
        try:
            work(clock, 0.01)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held == [True] * 3
