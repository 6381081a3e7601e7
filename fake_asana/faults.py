"""Faults to order: for everyone or one person, everywhere or below one path."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from fake_asana.people import PEOPLE


class BadFaultError(ValueError):
    """An order for a fault that is not valid; the message says why."""


ANY: Any = object()


@dataclass(frozen=True)
class Place:
    """The person and path of a request; a spared one gets only faults that name its path."""

    person: str | None
    path: str
    spared: bool = False


@dataclass
class Fault:
    fault: str
    person: str | None = None
    value: Any = None
    path: str | None = None
    times: int | None = None
    one_in: int = 1  # strikes the last of so many requests that it meets
    met: int = field(default=0, repr=False)

    def meets(self, place: Place) -> bool:
        if place.spared and self.path is None:
            return False
        return self.person in {None, place.person} and place.path.startswith(self.path or "")


def _nothing(value: Any) -> bool:
    return value is None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _gid(value: Any) -> bool:
    return isinstance(value, str) and value.isdigit()


def _counts(value: Any) -> bool:
    return _whole(value) and value > 0


# name: (description of its value, check of its value, default value)
KINDS: dict[str, tuple[str, Callable[[Any], bool], Any]] = {
    "latency": ("milliseconds", _whole, 1000),
    "rate_limit": ("calls per minute, at least 1", _counts, 150),
    "rate_limited": ("seconds for Retry-After", _whole, 30),
    "server_error": ("500, 502, 503 or 504", lambda value: value in [500, 502, 503, 504], 500),
    "not_json": ("no value", _nothing, None),
    "drop": ('"half" or no value', lambda value: value in [None, "half"], None),
    "lose_response": ("no value", _nothing, None),
    "invalid_grant": ("no value", _nothing, None),
    "reject_access": ("no value", _nothing, None),
    "expire_access": ("no value", _nothing, None),
    "rotate_refresh_tokens": ("no value", _nothing, None),
    "no_refresh_token": ("no value", _nothing, None),
    "short_token": ("seconds", _counts, 5),
    "omit_id_token": ("no value", _nothing, None),
    "omit_nonce": ("no value", _nothing, None),
    "forbid_workspace": ("the gid of a workspace", _gid, None),
    "hide_workspace": ("the gid of a workspace", _gid, None),
    "forbid_task": ("the gid of a task", _gid, None),
    "fields_need_scope": ("no value", _nothing, None),
    "rank_offsets": ("no value", _nothing, None),
    "expire_offsets": ("no value", _nothing, None),
    "ends_early": ("rows to leave out", _whole, 0),
    "endless_pages": ("no value", _nothing, None),
    "foreign_page": ("no value", _nothing, None),
    "omit_next_page": ("no value", _nothing, None),
    "unreadable_row": ("no value", _nothing, None),
    "empty_with_errors": ("no value", _nothing, None),
}


ORDERED = ("fault", "person", "value", "path", "times", "one_in")


def make_fault(order: dict[str, Any]) -> Fault:
    """Return the fault of an order from outside. Raises BadFaultError."""
    if unknown := sorted(set(order).difference(ORDERED)):
        raise BadFaultError(f"Unknown key {unknown[0]!r}.")
    if not isinstance(order.get("fault"), str) or order["fault"] not in KINDS:
        raise BadFaultError(f"Unknown fault. The valid ones are: {', '.join(KINDS)}.")
    fault = Fault(**order)
    words, valid, default = KINDS[fault.fault]
    if fault.value is None:
        fault.value = default
    if not valid(fault.value):
        raise BadFaultError(f"The value of {fault.fault} must be {words}.")
    if fault.person is not None and fault.person not in list(PEOPLE):
        raise BadFaultError(f"Nobody has the gid {fault.person!r}.")
    if fault.path is not None and not isinstance(fault.path, str):
        raise BadFaultError("path must be a string.")
    _check_counts(order)
    return fault


def _check_counts(order: dict[str, Any]) -> None:
    """Raise BadFaultError unless `times` and `one_in` are whole numbers of at least 1."""
    for name in ("times", "one_in"):
        if not (_counts(order.get(name, 1)) or (name, order[name]) == ("times", None)):
            raise BadFaultError(f"{name} must be a whole number of at least 1.")


def parse_fault(text: str) -> Fault:
    """Parse `NAME[=VALUE][@PERSON]` of the command line. Raises BadFaultError."""
    rest, _, person = text.partition("@")
    name, _, value = rest.partition("=")
    is_number = value.isdigit() and KINDS.get(name, (None, None))[1] is not _gid
    order = {"fault": name, "person": person or None}
    return make_fault({**order, "value": int(value) if is_number else value or None})


class Faults:
    def __init__(self, initial: Iterable[Fault] = ()) -> None:
        self._initial = [asdict(fault) for fault in initial]
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self._active = [Fault(**fault) for fault in self._initial]

    def clear(self) -> None:
        self._active = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._active.append(fault)

    def all(self) -> list[dict[str, Any]]:
        """Return the faults as they were ordered, with the `times` that are left."""
        return [{name: vars(fault)[name] for name in ORDERED} for fault in self._active]

    def every(self, name: str, place: Place, value: Any = ANY) -> list[Fault]:
        """Return the faults of this name that apply to `place`; count one use of each."""
        with self._lock:
            return [self._use(fault) for fault in self._matching(name, place, value)]

    def first(self, name: str, place: Place, value: Any = ANY) -> Fault | None:
        with self._lock:
            found = self._matching(name, place, value)
            return self._use(found[0]) if found else None

    def _matching(self, name: str, place: Place, value: Any) -> list[Fault]:
        named = (fault for fault in self._active if fault.fault == name)
        met = [fault for fault in named if fault.meets(place) and value in {ANY, fault.value}]
        return [fault for fault in met if self._strikes(fault)]

    def _strikes(self, fault: Fault) -> bool:
        fault.met += 1
        return fault.met % fault.one_in == 0

    def _use(self, fault: Fault) -> Fault:
        if fault.times is not None:
            fault.times -= 1
            self._active = [each for each in self._active if each.times != 0]
        return fault
