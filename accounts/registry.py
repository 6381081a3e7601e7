"""Registry of what apps add to the whole site, filled in their `AppConfig.ready`."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

Chore = Callable[[], None]


class HealthFact(NamedTuple):
    """A number on the first page of /admin/."""

    label: str
    number: int
    address: str  # of the list that shows what was counted
    trouble: str = ""  # what is wrong, in words; '' if nothing is
    help: str = ""  # what to do about it


HealthCheck = Callable[[], Iterable[HealthFact]]

chores: list[Chore] = []
health_checks: list[HealthCheck] = []
dumped_models: set[str] = set()
secret_fields: dict[str, set[str]] = {}


def register_chore(chore: Chore) -> None:
    """Let housekeeping run `chore` every round; several processes may run it at the same time."""
    chores.append(chore)


def register_health_check(check: HealthCheck) -> None:
    """Show what `check` counts on the first page of /admin/."""
    health_checks.append(check)


def register_dumped_models(*labels: str) -> None:
    """Let `manage.py dumpdata` write these models ("app.model", in lower case)."""
    dumped_models.update(labels)


def register_secret_fields(label: str, *fields: str) -> None:
    """Keep fields of a model ("app.model"; "*" for every model) out of users' exports."""
    secret_fields.setdefault(label, set()).update(fields)
