"""What a person wanted to do before they had to be asked for a permission.

One thing at a time, for half an hour, in their own session, behind a random key that works once.
"""

import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse

KEY: Final = "waiting_for_permission"
LIFETIME: Final = 30 * 60  # seconds; as long as a sign-in may take


@dataclass(frozen=True)
class Waiting:
    key: str
    since: float
    view: str  # which does it, given the key
    back: str  # where the person was
    what: Any  # for that view; JSON

    @property
    def resume_path(self) -> str:
        return reverse(self.view, args=[self.key])


def keep(session: SessionBase, *, view: str, back: str, what: Any) -> None:
    """In place of whatever waited before."""
    session[KEY] = asdict(Waiting(secrets.token_urlsafe(16), time.time(), view, back, what))


def peek(session: SessionBase) -> Waiting | None:
    kept = session.get(KEY)
    if not isinstance(kept, dict):
        return None
    waiting = Waiting(**kept)
    return waiting if time.time() - waiting.since < LIFETIME else None


def take(session: SessionBase, key: str) -> Waiting | None:
    """Once; None for a key that isn't this session's, and nothing happens to what waits."""
    waiting = peek(session)
    if waiting is None or not secrets.compare_digest(waiting.key.encode(), key.encode()):
        return None
    drop(session)
    return waiting


def drop(session: SessionBase) -> None:
    session.pop(KEY, None)
