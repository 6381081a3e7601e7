"""The stand-in's clock, which tests turn instead of sleeping."""

import time
from datetime import UTC, date, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        """Turn it forward, or back by a negative number."""
        self._ahead += seconds

    def reset(self) -> None:
        self._ahead = 0.0

    def time(self) -> float:
        return time.time() + self._ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def today(self) -> date:
        """Return this machine's day, in its time zone, wherever the clock was turned.

        Due dates are counted from it, so turning the clock changes no task.
        """
        return datetime.now(UTC).astimezone().date()


def timestamp(moment: datetime) -> str:
    """Return a date-time as Asana writes it: `2012-02-22T02:06:58.147Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
