"""The requests of one sync: side by side in threads, within the account's budget."""

import time
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Any, Final, Generic, TypeVar

from accounts import log_context
from asana_tasks.sync import budget
from asana_tasks.sync.lease import Lease

AT_ONCE: Final = 8  # of the 50 concurrent GETs that Asana allows a token
BLOCK: Final = 10  # requests that are taken from the budget together
LONGEST_WAIT: Final = 2.0  # seconds for the budget; a longer wait ends the sync until then
PATIENCE: Final = 4.0  # seconds for what has been asked, once the sync is to stop

Key = TypeVar("Key")
Call = Callable[[], Any]


class CutOff(Exception):
    """The sync is to go on in `seconds`: no request may be sent before, or the worker stops (0)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Requests(Generic[Key]):
    """Requests by key, started in the order in which they were added."""

    def __init__(self, lease: Lease, stop: Event) -> None:
        self._lease, self._stop = lease, stop
        self._granted = 0  # less than 0: so many more were sent
        self._others: deque[None] = deque()  # sent by threads, not yet taken from what was granted
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sync")
        self._waiting: deque[tuple[Key, Call]] = deque()
        self._running: dict[Future[Any], Key] = {}
        self._error: Exception | None = None
        self._stopped_at: float | None = None

    @property
    def are_left(self) -> bool:
        """Tell whether `arrived` has something to return or to raise."""
        return bool(self._waiting or self._running or self._error)

    def add(self, key: Key, call: Call) -> None:
        self._waiting.append((key, call))

    def note_another(self) -> None:
        """Note that a request is sent once more, or is followed by another. Runs in a thread.

        It is taken from what was granted, or from the next that is.
        """
        self._others.append(None)

    def start(self) -> None:
        """Start as many of the waiting requests as may run now."""
        while self._waiting and len(self._running) < AT_ONCE and self._may_start():
            key, call = self._waiting.popleft()
            self._granted -= 1
            self._running[self._pool.submit(log_context.carried(call))] = key

    def end_with(self, error: Exception) -> None:
        """Start no more; raise this error when the running ones have arrived."""
        self._error = self._error or error

    def arrived(self) -> list[tuple[Key, Future[Any]]]:
        """Return the requests that have arrived since the last call; wait for one, a second.

        Renews the lease. Raises LeaseLost; CutOff or the error of `end_with` after everything that
        was asked has arrived, or PATIENCE after `stop`.
        """
        self.start()
        if not self._running and self._error:
            raise self._error
        done = wait(self._running, timeout=1, return_when=FIRST_COMPLETED).done
        self._lease.keep()
        if not done:
            self._give_up_if_stopped()
        return [(self._running.pop(future), future) for future in done]

    def arrived_meanwhile(
        self, seconds: float = 0, but: Collection[Key] = ()
    ) -> list[tuple[Key, Future[Any]]]:
        """Return those that have arrived since without an error; wait for one for some seconds.

        Except those with the keys of `but`. Renews the lease. Raises LeaseLost.
        """
        wanted = [future for future, key in self._running.items() if key not in but]
        wait(wanted, timeout=seconds, return_when=FIRST_COMPLETED)
        self._lease.keep()
        done = [each for each in wanted if each.done() and each.exception() is None]
        return [(self._running.pop(future), future) for future in done]

    def result(self, call: Call) -> Any:
        """Return the result of a single request; raise its error. Renews the lease meanwhile.

        Raises CutOff if no request may be sent, or PATIENCE after `stop`.
        """
        while not self._may_start():
            if self._error:
                raise self._error
        self._granted -= 1
        future = self._pool.submit(log_context.carried(call))
        while not wait([future], timeout=1).done:
            self._lease.keep()
            self._give_up_if_stopped()
        return future.result()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._count_others()
        if self._granted < 0:
            budget.reserve(self._lease.account, -self._granted)
        budget.return_unused(self._lease.account, max(0, self._granted))

    def _count_others(self) -> None:
        while self._others:
            self._others.popleft()
            self._granted -= 1

    def _give_up_if_stopped(self) -> None:
        """Raise CutOff if Asana has not responded for PATIENCE since `stop` was set."""
        if not self._stop.is_set():
            return
        now = time.monotonic()
        self._stopped_at = self._stopped_at or now
        if now - self._stopped_at >= PATIENCE - 1:  # looked at each second
            raise CutOff(0)

    def _may_start(self) -> bool:
        """Tell whether a request may start; note the error if none may for long."""
        if self._stop.is_set():
            self.end_with(CutOff(0))
        if self._error:
            return False
        self._count_others()
        if self._granted < 1:
            granted = budget.reserve(self._lease.account, BLOCK - self._granted)
            if granted.wait > LONGEST_WAIT:
                self.end_with(CutOff(granted.wait))
            elif granted.wait and not self._running:
                time.sleep(granted.wait)
            self._granted += granted.requests
        return self._granted > 0
