"""Count what all processes of the site do, for Prometheus (docs/running.md, Watch it).

Without METRICS_TOKEN each process counts for itself, and nobody reads it. No label holds a name, a
number of Asana's or anything else that has no end.
"""

from typing import Final

from django.conf import settings
from prometheus_client import Counter, Histogram, values

from accounts.metric_files import Files

# Before the first metric: prometheus-client decides then where numbers are kept.
FILES: Final = Files(settings.METRICS_DIR) if settings.METRICS_TOKEN else None
if FILES:
    values.ValueClass = values.MultiProcessValue(FILES)  # type: ignore[no-untyped-call]  # it has no types

PAGES: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)  # seconds
ASANA: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
SYNCS: Final = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)

requests = Counter(
    "onelist_http_requests", "Requests that were answered, by view and status", ["view", "status"]
)
request_seconds = Histogram(
    "onelist_http_request_duration_seconds",
    "Seconds until the response began, by view",
    ["view"],
    buckets=PAGES,
)
asana_seconds = Histogram(
    "onelist_asana_request_duration_seconds",
    "Seconds of requests to Asana, by outcome",
    ["outcome"],
    buckets=ASANA,
)
sync_seconds = Histogram(
    "onelist_sync_duration_seconds",
    "Seconds of syncs of one account, by kind and result",
    ["kind", "result"],
    buckets=SYNCS,
)
REFRESHES: Final = ("refreshed", "needs_reconnecting", "try_later", "not_stored")
token_refreshes = Counter(
    "onelist_token_refreshes", "Refreshes of tokens at Asana, by outcome", ["outcome"]
)
for outcome in REFRESHES:  # from the beginning: the first `not_stored` has to be seen to rise
    token_refreshes.labels(outcome)
