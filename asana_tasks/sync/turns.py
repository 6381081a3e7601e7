"""A worker's turn at one account: a sync that is limited in time and raises nothing."""

import logging
import time
from contextlib import suppress
from threading import Event

from django.db import DatabaseError, connection

from accounts import log_context
from accounts.models import AsanaAccount
from accounts.outage import is_outage, reason
from asana_tasks.sync import engine, outcome

logger = logging.getLogger(__name__)


class Turn(Event):
    """Set when the worker stops, or after `seconds` once the turn has stored something.

    A turn that ended before Asana has sent a page would be followed by one that gets no further.
    """

    def __init__(self, stopped: Event, seconds: float) -> None:
        super().__init__()
        self.has_stored = False
        self._stopped = stopped
        self._ends_at = time.monotonic() + seconds

    def is_set(self) -> bool:
        is_over = self.has_stored and time.monotonic() >= self._ends_at
        return is_over or self._stopped.is_set()


def run_turn(account: AsanaAccount, stopped: Event, seconds: float = float("inf")) -> bool:
    """Sync an account, in a thread or process of its own; return whether it did not fail.

    An error of ours is logged, and the account is tried again later. All its lines in the log have
    one `job_id`, and those of its requests to Asana.
    """
    with log_context.bound(job_id=log_context.new_id()):
        return _run(account, Turn(stopped, seconds))


def _run(account: AsanaAccount, turn: Turn) -> bool:
    try:
        state = _sync(account, turn)
    except Exception as error:
        if is_outage(error):
            logger.warning("The sync of account %s has to wait: %s", account.gid, reason(error))
        else:
            logger.exception("The sync of account %s failed", account.gid)
            with suppress(DatabaseError):  # else its claim ends by itself
                outcome.put_off(account)
        return False
    else:
        logger.info("The sync of account %s: %s", account.gid, state)
        return state != "failed"
    finally:
        connection.close()


def _sync(account: AsanaAccount, turn: Turn) -> str:
    state = ""
    for progress in engine.sync_account(account, turn):
        state = progress.state
        turn.has_stored |= state == "page"
    return state
