"""Give Prometheus what the processes of this machine have counted, and gauges.

Gauges are read from the database with each scrape, by a few queries over small tables.
"""

import logging
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accounts import metrics, registry
from accounts.models import Revocation

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
SECONDS: Final = 2.0
WAITING: Final = "Grants that Asana has not revoked yet; they are tried for a week"


def may_read(authorization: str) -> bool:
    """Tell whether an Authorization header brings METRICS_TOKEN as its bearer token (RFC 6750)."""
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and constant_time_compare(
        token.strip(), settings.METRICS_TOKEN
    )


def exposition() -> bytes:
    """Return all metrics in Prometheus's text format, in bounded time."""
    everything = CollectorRegistry()
    if metrics.FILES:
        folder = str(metrics.FILES.folder)
        MultiProcessCollector(everything, folder)  # type: ignore[no-untyped-call]  # it has no types
    else:  # what this process has counted
        everything.register(REGISTRY)
    everything.register(_Gauges())
    return generate_latest(everything)


class _Gauges(Collector):
    def collect(self) -> Iterator[Metric]:
        """Yield what the database and other servers say; less if one of them does not answer."""
        runs = {name: source.begin() for name, source in registry.gauges.items()}
        up = GaugeMetricFamily(
            "onelist_gauges_up", "Whether what some gauges are read from answers", labels=["source"]
        )
        for name, run in runs.items():
            try:
                yield from run.result(SECONDS)
            except Exception as error:
                logger.warning("No metrics from %s: %s", name, type(error).__name__)
                up.add_metric([name], 0)
            else:
                up.add_metric([name], 1)
        yield up


def revocations() -> list[Metric]:
    waiting = Revocation.objects.count()
    return [GaugeMetricFamily("onelist_revocations_waiting", WAITING, waiting)]
