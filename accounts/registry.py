"""Registry of what apps add to the whole site, filled in their `AppConfig.ready`."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.bounded import Bounded

Chore = Callable[[], None]


class HealthFact(NamedTuple):
    """A number on the first page of /admin/."""

    label: str
    number: int
    address: str = ""  # of the list that shows what was counted, if there is one
    trouble: str = ""  # what is wrong, in words; '' if nothing is
    help: str = ""  # what to do about it


class Outdated(NamedTuple):
    """Rows that the daily clean-up deletes."""

    rows: Callable[[], QuerySet[Any]]
    words: Any  # lazy, with the number: "%d session", "%d sessions"


HealthCheck = Callable[[], Iterable[HealthFact]]
DoctorCheck = Callable[[], Any]  # accounts.doctor.findings.Check

chores: list[Chore] = []
health_checks: list[HealthCheck] = []
doctor_checks: list[DoctorCheck] = []
outdated: dict[str, Outdated] = {}  # by kind
dumped_models: set[str] = set()
secret_fields: dict[str, set[str]] = {}
readiness_checks: dict[str, Bounded[bool]] = {}
gauges: dict[str, Bounded[Iterable[Any]]] = {}


def register_chore(chore: Chore) -> None:
    """Let housekeeping run `chore` every round; several processes may run it at the same time."""
    chores.append(chore)


def register_health_check(check: HealthCheck) -> None:
    """Show what `check` counts on the first page of /admin/."""
    health_checks.append(check)


def register_doctor_check(check: DoctorCheck) -> None:
    """Let `manage.py asana_doctor` make a check; the name of the function tells of what."""
    doctor_checks.append(check)


def register_outdated(kind: str, rows: Callable[[], QuerySet[Any]], words: Any) -> None:
    """Let the daily clean-up delete rows; `words` tell how many were deleted."""
    outdated[kind] = Outdated(rows, words)


def register_dumped_models(*labels: str) -> None:
    """Let `manage.py dumpdata` write these models ("app.model", in lower case)."""
    dumped_models.update(labels)


def register_secret_fields(label: str, *fields: str) -> None:
    """Keep fields of a model ("app.model"; "*" for every model) out of users' exports."""
    secret_fields.setdefault(label, set()).update(fields)


def register_readiness_check(name: str, check: Callable[[], bool]) -> None:
    """Let `/readyz` tell whether `check` holds; it does not decide whether we are ready."""
    readiness_checks[name] = Bounded(check)


def register_gauges(name: str, read: Callable[[], Iterable[Any]]) -> None:
    """Let `/metrics` show the metrics of prometheus-client that `read` returns, read each time."""
    gauges[name] = Bounded(read)
