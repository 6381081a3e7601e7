"""The embedded worker within the test's process: failures, claims and its sign of life."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts import registry
from asana_tasks.models import SyncState, Worker
from asana_tasks.sync import engine, schedule, store
from asana_tasks.sync.heartbeat import Heartbeat
from asana_tasks.sync.worker import EmbeddedWorker
from tests.asana_tasks.workers import is_synced, make_due, state_of
from tests.log_lines import json_lines, of


@pytest.mark.django_db(transaction=True)
def test_an_error_of_ours_is_told_once_and_holds_up_no_other(
    owner, other_user, monkeypatch, caplog
):
    store_workspaces = store.store_workspaces

    def fail(lease, *args):
        return 1 / 0 if lease.account == owner.account else store_workspaces(lease, *args)

    monkeypatch.setattr(store, "store_workspaces", fail)
    make_due(owner.account, other_user.account)
    assert not EmbeddedWorker().run_once()
    assert is_synced(other_user.account)
    assert caplog.text.count(f"The sync of account {owner.account.gid} failed") == 1
    state = state_of(owner.account)
    assert (state.failures, state.lease) == (1, "")
    assert state.due_at > timezone.now() + timedelta(seconds=20)


@pytest.mark.django_db(transaction=True)
def test_a_round_syncs_what_is_due_and_nothing_else(owner, other_user):
    make_due(owner.account)
    assert EmbeddedWorker().run_once()
    assert is_synced(owner.account)
    assert not SyncState.objects.filter(account=other_user.account).exists()
    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_round_says_that_a_chore_failed(monkeypatch):
    monkeypatch.setattr(registry, "chores", [lambda: 1 / 0])
    assert not EmbeddedWorker().run_once()


@pytest.mark.django_db(transaction=True)
def test_all_lines_of_a_sync_have_one_id_those_of_its_requests_too(owner, other_user):
    make_due(owner.account, other_user.account)
    with json_lines() as lines:
        assert EmbeddedWorker().run_once()
    asked = of(lines(), "accounts.http")
    ended = of(lines(), "asana_tasks.sync.turns")
    assert len(ended) == 2
    assert {line["job_id"] for line in asked} == {line["job_id"] for line in ended}
    assert len({line["job_id"] for line in ended}) == 2
    assert any(line["path"] == "/api/1.0/tasks" for line in asked)
    assert ended[0]["message"].endswith(": done")


def test_a_sync_is_counted_by_kind_and_result(owner, asana):
    def counted(kind: str, result: str) -> float:
        name = "onelist_sync_duration_seconds_count"
        return REGISTRY.get_sample_value(name, {"kind": kind, "result": result}) or 0

    before = counted("crawl", "done"), counted("none", "failed"), counted("none", "done")
    assert engine.run_sync(owner.account).state == "done"
    asana.order("server_error", path="/api/1.0/workspaces")
    assert engine.run_sync(owner.account).state == "failed"
    after = counted("crawl", "done"), counted("none", "failed"), counted("none", "done")
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 0]


def test_a_further_try_of_a_request_says_which_it_is(owner, asana):
    asana.order("server_error", path="/api/1.0/workspaces", times=2)
    with json_lines() as lines:
        assert engine.run_sync(owner.account).state == "done"
    tries = [
        (line["attempt"], line["outcome"])
        for line in of(lines(), "accounts.http")
        if line["path"] == "/api/1.0/workspaces"
    ]
    assert tries == [(1, "server_error"), (2, "server_error"), (3, "ok")]


def test_of_two_who_saw_the_same_account_due_one_claims_it(owner):
    make_due(owner.account)
    seen = [schedule.due_accounts(1).get(), schedule.due_accounts(1).get()]
    assert [schedule.claim(each) for each in seen] == [True, False]
    assert not schedule.due_accounts(1)


def test_a_job_is_taken_once_though_it_comes_twice(owner):
    make_due(owner.account)
    state = schedule.due_accounts(1).get()
    assert schedule.take_job(owner.account.pk, state.number)
    assert not schedule.take_job(owner.account.pk, state.number)
    assert not schedule.due_accounts(1)


def test_a_job_is_out_of_date_once_a_sync_has_begun(owner):
    make_due(owner.account)
    state = schedule.due_accounts(1).get()
    assert engine.run_sync(owner.account).state == "done"
    assert not schedule.take_job(owner.account.pk, state.number)


def test_a_job_that_waited_longer_than_its_claim_is_done_all_the_same(owner):
    """A queue that is long must not get longer because of jobs that come too late."""
    make_due(owner.account)
    state = schedule.due_accounts(1).get()
    assert schedule.claim(state, timedelta(seconds=-1))
    assert schedule.claim(schedule.due_accounts(1).get(), timedelta(seconds=60))
    assert schedule.take_job(owner.account.pk, state.number)


def test_a_heartbeat_is_written_every_few_seconds_only(db):
    heartbeat = Heartbeat(Worker.Kind.EMBEDDED, "host:1")
    heartbeat.beat()
    with CaptureQueriesContext(connection) as queries:
        heartbeat.beat()
    assert len(queries) == 0
    assert Worker.objects.get().started_at == heartbeat.started_at
    heartbeat.end()
    assert not Worker.objects.exists()


def test_a_worker_of_the_same_name_begins_anew(db):
    """Start as in a container that is started again: host and process number are the same."""
    long_ago = timezone.now() - timedelta(days=1)
    killed = Heartbeat(Worker.Kind.EMBEDDED, "host:1", long_ago)
    killed.beat()
    second = Heartbeat(Worker.Kind.EMBEDDED, "host:1")
    second.beat()
    assert Worker.objects.get().started_at == second.started_at
    killed.end()
    assert Worker.objects.exists()
