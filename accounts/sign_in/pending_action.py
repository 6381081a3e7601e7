"""The action that a user started before they had to be asked for a permission.

One at a time is kept, for half an hour, in the user's session, under a random key that works once.
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
    view: str  # name of the view that takes the action up again, given the key
    back: str  # path where the user was
    what: Any  # arguments for that view; JSON

    @property
    def resume_path(self) -> str:
        return reverse(self.view, args=[self.key])


def keep(session: SessionBase, *, view: str, back: str, what: Any) -> None:
    """Keep an action in the session, in place of any other one."""
    session[KEY] = asdict(Waiting(secrets.token_urlsafe(16), time.time(), view, back, what))


def peek(session: SessionBase) -> Waiting | None:
    kept = session.get(KEY)
    if not isinstance(kept, dict):
        return None
    waiting = Waiting(**kept)
    return waiting if time.time() - waiting.since < LIFETIME else None


def pop(session: SessionBase, key: str) -> Waiting | None:
    """Return the action with this key and remove it.

    For any other key return None and keep the action.
    """
    waiting = peek(session)
    if waiting is None or not secrets.compare_digest(waiting.key.encode(), key.encode()):
        return None
    drop(session)
    return waiting


def drop(session: SessionBase) -> None:
    session.pop(KEY, None)
