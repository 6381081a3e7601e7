"""Gauges for Prometheus: who syncs, what is due, and what waits in Celery's queues."""

from collections import Counter
from typing import Final

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric

from asana_tasks.models import Worker
from asana_tasks.sync.working import read_workers

try:
    import kombu
    import kombu.exceptions
except ImportError:  # a site without Celery
    kombu = None

CONNECT_SECONDS: Final = 1.0
NOT_FOUND: Final = "404"  # AMQP's code, which kombu gives for a Redis, too


def syncs() -> list[Metric]:
    """Return the workers that are alive, and the accounts that are due. Two queries."""
    working = read_workers()
    alive = Counter(each.kind for each in working.workers)
    workers = GaugeMetricFamily(
        "onelist_workers", "Workers that are alive, by kind", labels=["kind"]
    )
    for kind in Worker.Kind.values:
        workers.add_metric([kind], alive[kind])
    late = max(0.0, working.late.total_seconds())
    return [
        workers,
        GaugeMetricFamily("onelist_accounts_due", "Accounts due for a sync", working.due),
        GaugeMetricFamily(
            "onelist_accounts_due_seconds", "Seconds for which the latest has been due", late
        ),
    ]


def queues() -> list[Metric]:
    """Return the length of each queue of Celery, if the site uses it: none otherwise.

    A job that waits counts as claimed, not as due. Raises an error of the broker.
    """
    jobs = GaugeMetricFamily(
        "onelist_celery_queue_jobs", "Jobs that wait in a queue of Celery", labels=["queue"]
    )
    if _uses_celery():
        for queue, length in _lengths().items():
            jobs.add_metric([queue], length)
    return [jobs]


def _uses_celery() -> bool:
    """Tell whether a worker of Celery has been alive lately, and we can ask its broker."""
    if not settings.CELERY_BROKER_URL or kombu is None:
        return False
    return Worker.objects.filter(kind=Worker.Kind.CELERY).exists()


def _lengths() -> dict[str, int]:
    """Ask the broker how many jobs wait in each queue; a queue that is not there is empty."""
    lengths = dict.fromkeys(settings.CELERY_QUEUES, 0)
    options = settings.REDIS_TIMEOUTS if settings.CELERY_BROKER_URL.startswith("redis") else {}
    with kombu.Connection(
        settings.CELERY_BROKER_URL, connect_timeout=CONNECT_SECONDS, transport_options=options
    ) as broker:
        for queue in lengths:
            try:
                declared = broker.channel().queue_declare(queue, passive=True)
            except kombu.exceptions.ChannelError as error:
                if str(error.reply_code) != NOT_FOUND:
                    raise
            else:
                lengths[queue] = declared.message_count
    return lengths
