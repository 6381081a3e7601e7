"""The health of the site, for administrators. The number of queries is constant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts import messages, registry, tokens
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, Revocation
from accounts.registry import HealthFact

LATELY: Final = timedelta(days=1)
CLEAN_UP_EVERY: Final = timedelta(days=2)  # a timer that misses one day is no trouble yet
FAILURES: Final = (
    AuditEntry.Event.NEEDS_RECONNECTING,
    AuditEntry.Event.REFRESH_REFUSED,
    AuditEntry.Event.SIGN_IN_REFUSED,
    AuditEntry.Event.REVOCATION_GIVEN_UP,
)
# Refused sign-ins are no trouble: pressing Deny at Asana is one.
TROUBLING: Final = tuple(each for each in FAILURES if each != AuditEntry.Event.SIGN_IN_REFUSED)


class Counted(NamedTuple):
    value: str  # in the database, and in the query string of a filtered list
    label: str
    number: int
    is_trouble: bool = False  # if the number is not 0
    address: str = ""  # of the list that shows what was counted


class Trouble(NamedTuple):
    words: str
    address: str = ""  # of the list that shows it, if there is one


@dataclass(frozen=True)
class Health:
    accounts: list[Counted]  # by state
    facts: list[HealthFact]  # of other apps
    failures: list[Counted]
    since: datetime  # failures are counted from then on
    revocations: int  # waiting
    on_old_keys: int  # rows
    cleaned_up_at: datetime | None

    @property
    def clean_up_is_late(self) -> bool:
        return self.cleaned_up_at is None or self.cleaned_up_at < timezone.now() - CLEAN_UP_EVERY

    @property
    def troubles(self) -> list[Trouble]:
        """Return what administrators should look at; [] if everything is all right."""
        return list(self._troubles())

    @property
    def remarks(self) -> list[str]:
        """Return what is good to know, but what only the users themselves can repair."""
        broken = self._number_of(AsanaAccount.Status.NEEDS_RECONNECTING)
        if not broken or self._none_works:
            return []
        return [messages.NEED_RECONNECTING % broken]

    @property
    def _none_works(self) -> bool:
        """Tell whether all linked accounts need reconnecting.

        The cause is then hardly the users, but the app at Asana or a lost key.
        """
        states = AsanaAccount.Status
        return self._number_of(states.CONNECTED) == 0 < self._number_of(states.NEEDS_RECONNECTING)

    def _number_of(self, state: AsanaAccount.Status) -> int:
        return sum(each.number for each in self.accounts if each.value == state)

    def _troubles(self) -> Iterator[Trouble]:
        yield from self._troubles_of_accounts()
        for each in self.failures:  # not summed up: one failure can be the cause of another
            if each.is_trouble and each.number:
                yield Trouble(messages.LATELY % (each.label, each.number), each.address)
        if self.revocations:
            yield Trouble(messages.REVOCATIONS_WAIT % self.revocations, _list_of("revocation"))
        if self.on_old_keys:
            yield Trouble(messages.ON_OLD_KEYS % self.on_old_keys)
        if self.clean_up_is_late:
            ever = self.cleaned_up_at is not None
            yield Trouble(messages.CLEAN_UP_IS_LATE if ever else messages.NEVER_CLEANED_UP)

    def _troubles_of_accounts(self) -> Iterator[Trouble]:
        states = AsanaAccount.Status
        if self._none_works:
            broken = self._number_of(states.NEEDS_RECONNECTING)
            yield Trouble(
                messages.NONE_WORKS % {"count": broken},
                _list_of("asanaaccount", status__exact=states.NEEDS_RECONNECTING.value),
            )
        for fact in self.facts:
            if fact.trouble:
                yield Trouble(fact.trouble, fact.address)


def read_health() -> Health:
    since = timezone.now() - LATELY
    return Health(
        accounts=accounts_by_state(),
        facts=[fact for check in registry.health_checks for fact in check()],
        failures=_failures(since),
        since=since,
        revocations=Revocation.objects.count(),
        on_old_keys=tokens.rows_on_old_keys(),
        cleaned_up_at=last_clean_up(),
    )


def _list_of(model: str, **asked: str) -> str:
    """Return the address of a list in /admin/, filtered by `asked`."""
    path = reverse(f"admin:accounts_{model}_changelist")
    return f"{path}?{urlencode(asked)}" if asked else path


def accounts_by_state() -> list[Counted]:
    rows = AsanaAccount.objects.order_by().values_list("status").annotate(Count("pk"))
    numbers = dict(rows)
    states = AsanaAccount.Status
    return [Counted(each.value, str(each.label), numbers.get(each.value, 0)) for each in states]


def last_clean_up() -> datetime | None:
    """Return the time of the last clean-up that ended: one that only began may have been killed."""
    cleaned = AuditEntry.objects.filter(event=AuditEntry.Event.CLEANED_UP)
    cleaned = cleaned.exclude(detail=Detail.BEGUN)
    return cleaned.order_by("-at").values_list("at", flat=True).first()


def _failures(since: datetime) -> list[Counted]:
    lately = AuditEntry.objects.filter(at__gte=since, event__in=FAILURES)
    numbers = dict(lately.order_by().values_list("event").annotate(Count("pk")))
    return [
        Counted(
            each.value,
            str(each.label),
            numbers.get(each.value, 0),
            each in TROUBLING,
            _list_of("auditentry", event__exact=each.value, at__gte=since.isoformat()),
        )
        for each in FAILURES
    ]
