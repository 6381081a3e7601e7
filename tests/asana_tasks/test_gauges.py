"""Read what Prometheus is told of syncs, workers and queues."""

import os
from datetime import timedelta

import kombu
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from asana_tasks import gauges
from asana_tasks.models import SyncState, Worker
from tests.asana_tasks.workers import make_due

BROKERS = {"Redis": "REDIS_URL", "RabbitMQ": "TEST_RABBITMQ_URL"}


def read(metrics: list) -> dict[tuple[str, ...], float]:
    """Return the values by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in metrics
        for sample in metric.samples
    }


def test_workers_that_are_alive_are_counted_by_kind(db):
    now = timezone.now()
    Worker.objects.create(name="a", kind="celery")
    Worker.objects.create(name="b", kind="celery")
    Worker.objects.create(name="c", kind="embedded", seen_at=now - timedelta(seconds=31))
    found = read(gauges.syncs())
    assert found["onelist_workers", "celery"] == 2
    assert found["onelist_workers", "embedded"] == 0


def test_accounts_that_are_due_and_how_late_they_are(owner, other_user):
    make_due(owner.account, other_user.account)
    SyncState.objects.filter(account=owner.account).update(
        due_at=timezone.now() - timedelta(minutes=7)
    )
    found = read(gauges.syncs())
    assert found["onelist_accounts_due",] == 2
    assert 420 <= found["onelist_accounts_due_seconds",] < 440


def test_nothing_is_due(db):
    found = read(gauges.syncs())
    assert found["onelist_accounts_due",] == found["onelist_accounts_due_seconds",] == 0


def test_no_query_touches_tasks(owner_with_tasks):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        gauges.syncs()
        gauges.queues()
    assert 0 < len(queries) <= 3
    for query in queries:
        assert '"asana_tasks_task"' not in query["sql"]


@pytest.mark.parametrize("kind", ["embedded", None])
def test_without_celery_no_broker_is_asked(db, settings, kind):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody answers there
    if kind:
        Worker.objects.create(name="a", kind=kind)
    assert read(gauges.queues()) == {}


@pytest.mark.parametrize("which", BROKERS)
def test_jobs_that_wait_are_counted_by_queue(db, settings, which):
    url = os.environ.get(BROKERS[which], "")
    if not url:
        pytest.skip(f"{which} isn't there: `make test-services` says how to have it")
    Worker.objects.create(name="a", kind="celery", seen_at=timezone.now() - timedelta(minutes=5))
    settings.CELERY_BROKER_URL = url
    settings.CELERY_QUEUES = ["onelist.test.gauges", "onelist.test.none"]
    with kombu.Connection(url) as broker:
        name = "onelist.test.gauges"
        queue = kombu.Queue(name, routing_key=name)(broker.default_channel)
        queue.declare()
        for _ in range(2):
            kombu.Producer(broker.default_channel).publish({}, routing_key=name)
        try:
            found = read(gauges.queues())
        finally:
            queue.delete()
    assert found == {
        ("onelist_celery_queue_jobs", "onelist.test.gauges"): 2,
        ("onelist_celery_queue_jobs", "onelist.test.none"): 0,
    }


def test_a_broker_that_does_not_answer_is_an_error(db, settings):
    """`/metrics` then says that these numbers are missing."""
    Worker.objects.create(name="a", kind="celery")
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(RedisConnectionError):
        gauges.queues()
