"""Chores that run again and again. Several processes may run one of them at the same time."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError, ProgrammingError

from accounts import cleanup, log_context, mails, messages, registry, tokens
from accounts.database import database_trouble

logger = logging.getLogger(__name__)

REVOKING_SECONDS: Final = 30.0  # the other chores have to wait


def revoke_due() -> None:
    tokens.revoke_due(seconds=REVOKING_SECONDS)


def send_mails() -> None:
    mails.send_due()


def clean_up() -> None:
    """Clean up, once a day for all processes together."""
    claimed = cleanup.begin_if_due()
    if claimed is not None:
        logger.info("Cleaned up: %s", messages.deleted_message(cleanup.clean_up(claimed)))


def make_a_round() -> bool:
    """Run every chore; tell whether all worked. Failures are logged, and don't stop the others."""
    with log_context.bound(job_id=log_context.new_id()):
        done = [_done(chore) for chore in registry.chores]
    return all(done)


def _done(chore: Callable[[], None]) -> bool:
    try:
        chore()
    except (
        InterfaceError,
        OperationalError,
        ProgrammingError,
    ) as error:  # down, locked, or not yet migrated
        why = f"{database_trouble()} ({type(error).__name__})"
        logger.warning("%s has to wait: %s", chore.__name__, why)
    except Exception:
        logger.exception("%s failed", chore.__name__)
    else:
        return True
    return False
