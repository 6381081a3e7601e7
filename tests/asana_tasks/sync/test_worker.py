"""Real workers that are killed, stopped and cut off in the middle of a crawl of 100 pages."""

import os

import pytest
from django.db import connection

from asana_tasks.models import Pass, SyncState, Task, Worker
from asana_tasks.sync import engine
from tests.asana_tasks.workers import (
    PAGES,
    Program,
    as_if_time_had_passed,
    in_the_middle,
    is_synced,
    make_due,
    pages_asked,
    state_of,
    until,
)
from tests.people import Person
from tests.relay import Relay
from tests.stand_in import ADA, BEN, CLEO, DORA, SAM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]


def test_after_a_kill_another_worker_goes_on_where_the_first_one_was(emil, asana):
    with Program() as killed:
        in_the_middle(emil.account)
        killed.kill()
    as_if_time_had_passed(emil.account)  # waits for a transaction that outlived its process
    kept = in_the_middle(emil.account)
    before = len(pages_asked(asana))
    asana.heal()
    with Program() as second:
        until(lambda: is_synced(emil.account))
        assert second.stopped()[0] == 0
    after = pages_asked(asana)[before:]  # perhaps with the page that was on its way
    assert after[0] == kept.offset
    assert None not in after
    assert len(set(after)) == 100 - kept.pages
    assert emil.account.tasks.count() == 10_000


def test_a_killed_worker_leaves_lease_and_claim_for_a_while_only(emil):
    """Nobody has to tell another worker: both end by themselves."""
    with Program() as killed:
        in_the_middle(emil.account)
        killed.kill()
    state = state_of(emil.account)
    assert state.lease
    assert state.due_at <= state.lease_expires_at  # which is renewed, and so ends last


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_stores_what_was_asked_and_gives_the_lease_back(emil, asana, name):
    with Program() as worker:
        in_the_middle(emil.account)
        code, said = worker.stopped(name)
    assert code == 0
    assert "Traceback" not in said
    assert state_of(emil.account).lease == ""
    kept = Pass.objects.get()
    assert kept.pages == len(pages_asked(asana)) == Task.objects.count() / 100
    assert not Worker.objects.exists()
    assert Program("--once").ended()[0] == 0  # it is due at once
    assert pages_asked(asana)[kept.pages] == kept.offset


def test_a_signal_does_not_wait_for_an_asana_that_hangs(emil, asana):
    with Program() as worker:
        in_the_middle(emil.account)
        a_slow_page_is_on_its_way(asana, seconds=8)
        before = Pass.objects.get().pages
        code, said = worker.stopped()
    assert code == 0
    assert "Traceback" not in said
    assert state_of(emil.account).lease == ""
    assert Pass.objects.get().pages == before


def test_a_worker_that_stalled_writes_nothing_over_a_later_sync(emil, asana):
    with Program() as stalled:
        in_the_middle(emil.account)
        a_slow_page_is_on_its_way(asana, seconds=1.5)  # so it is in no transaction
        stalled.send("SIGSTOP")
        asana.heal()
        as_if_time_had_passed(emil.account)
        assert engine.run_sync(emil.account).state == "done"
        before = rows()
        stalled.send("SIGCONT")
        code, said = stalled.stopped()
    assert code == 0
    assert "Traceback" not in said
    assert rows() == before


def a_slow_page_is_on_its_way(asana, *, seconds):
    """Wait for a page that was asked before: the next request is sent before that one is stored."""
    asana.order("latency", value=int(1000 * seconds), path=PAGES)
    arrived = len(pages_asked(asana))
    until(lambda: Pass.objects.get().pages > arrived)


def rows() -> list[object]:
    states = SyncState.objects.values("number", "version", "synced_at", "due_at", "last_error")
    return [*states, *Task.objects.order_by("pk").values("gid", "name", "seen_in")]


def test_two_workers_sync_each_account_once(asana):
    people = [Person.stored(asana, gid) for gid in (ADA, BEN, CLEO, DORA, SAM)]
    with Program() as first, Program() as second:
        until(lambda: Worker.objects.count() == 2)
        make_due(*(each.account for each in people))
        until(lambda: all(is_synced(each.account) for each in people))
        assert first.stopped()[0] == second.stopped()[0] == 0
    assert set(SyncState.objects.values_list("number", flat=True)) == {1}


@pytest.mark.skipif("postgres" not in os.environ["DATABASE_URL"], reason="SQLite is never down")
def test_it_outlives_an_outage_of_its_database(asana):
    about = connection.settings_dict
    ada = Person.stored(asana, ADA)
    with Relay(about["HOST"], int(about["PORT"] or 5432)) as relay:
        address = f"{about['USER']}:{about['PASSWORD']}@127.0.0.1:{relay.port}"
        with Program(DATABASE_URL=f"postgres://{address}/{about['NAME']}") as worker:
            until(Worker.objects.exists)
            relay.cut()
            until(lambda: "The worker has to wait" in worker.said())
            relay.mend()
            make_due(ada.account)
            until(lambda: is_synced(ada.account))
            code, said = worker.stopped()
    assert code == 0
    assert "the database is usable again" in said
    assert "Traceback" not in said
