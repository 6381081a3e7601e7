"""Tell whether this process can serve pages, for `/readyz`.

Pages are made of our database alone: they need it and its migrations. Without Redis or a worker
they are served all the same, and older: a balancer that took all web servers out for that would
make an outage of it. So these are told, and decide nothing; alerts tell people (docs/running.md).
Asana is never asked.
"""

import logging
import time
from typing import Final, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from accounts import registry
from accounts.bounded import Bounded
from accounts.database import pending_migrations
from accounts.outage import reason

logger = logging.getLogger(__name__)

SECONDS: Final = 2.0  # for all checks together


class Readiness(NamedTuple):
    is_ready: bool
    checks: dict[str, bool]  # whether each is all right


def read_readiness() -> Readiness:
    """Make all checks side by side, each in a thread of its own."""
    ends_at = time.monotonic() + SECONDS
    runs = {name: check.begin() for name, check in _checks().items()}
    checks = {}
    for name, run in runs.items():
        try:
            checks[name] = run.result(max(0, ends_at - time.monotonic()))
        except Exception as error:
            checks[name] = False
            logger.warning("The check of %s failed: %s", name, _why(error))
    return Readiness(all(checks[name] for name in REQUIRED), checks)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS:g} seconds"
    return reason(error) if isinstance(error, DatabaseError) else type(error).__name__


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


class Migrations:
    """The check that nothing is left to migrate; not made again once it is so.

    The code of a process does not change, and reading the migrations takes a tenth of a second.
    """

    def __init__(self) -> None:
        self.are_applied = False

    def __call__(self) -> bool:
        self.are_applied = self.are_applied or not pending_migrations()
        return self.are_applied


def _counts() -> bool:
    cache.get("readyz")
    return True


migrations = Migrations()
REQUIRED: Final = {"database": Bounded(_answers), "migrations": Bounded(migrations)}
_cache = Bounded(_counts)


def _checks() -> dict[str, Bounded[bool]]:
    return REQUIRED | ({"cache": _cache} if settings.REDIS_URL else {}) | registry.readiness_checks
