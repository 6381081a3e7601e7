"""Rate limits per token: https://developers.asana.com/docs/rate-limits"""

import math
import threading
from collections import Counter, defaultdict, deque

from fake_asana.clock import Clock

WINDOW = 60  # seconds
MOST_AT_ONCE = {"read": 50, "write": 15}


class RateLimits:
    """Requests of the last minute and those at work now, counted only while a limit is set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._at_work: Counter[tuple[str, str]] = Counter()
        self.reset()

    def reset(self) -> None:
        """Forget the last minute, but not the requests that are still at work."""
        self._counted: defaultdict[str, deque[float]] = defaultdict(deque)

    def begin(self, token: str, kind: str, most: int) -> int | None:
        """Count a request, also one that is refused; return None if it may go on.

        Else return the seconds until it may be tried again. `kind` is "read" or "write"; one that
        goes on must `end`.
        """
        with self._lock:
            counted = self._of_the_last_minute(token)
            counted.append(self._clock.time())
            too_many = len(counted) > most
            if too_many or self._at_work[token, kind] >= MOST_AT_ONCE[kind]:
                return self._retry_after(counted) if too_many else 1
            self._at_work[token, kind] += 1
            return None

    def end(self, token: str, kind: str) -> None:
        with self._lock:
            self._at_work[token, kind] -= 1
            if not self._at_work[token, kind]:
                del self._at_work[token, kind]

    def _of_the_last_minute(self, token: str) -> deque[float]:
        now, counted = self._clock.time(), self._counted[token]
        while counted and counted[0] <= now - WINDOW:
            counted.popleft()
        while counted and counted[-1] > now:  # the clock was turned back
            counted.pop()
        return counted

    def _retry_after(self, counted: deque[float]) -> int:
        return max(1, math.ceil(counted[0] + WINDOW - self._clock.time()))
