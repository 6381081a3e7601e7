"""What has to be done again and again. Every chore may be done by several at the same time."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError

from accounts import cleaning, mails, tokens

logger = logging.getLogger(__name__)

REVOKING_SECONDS: Final = 30.0  # the others have to wait


def revoke() -> None:
    tokens.revoke_due(seconds=REVOKING_SECONDS)


def send_mails() -> None:
    mails.send_due()


def clean_up() -> None:
    """Once a day, whoever comes first."""
    claimed = cleaning.claim()
    if claimed is not None:
        logger.info("Cleaned up: %s", cleaning.in_words(cleaning.clean_up(claimed)))


CHORES: Final[tuple[Callable[[], None], ...]] = (revoke, send_mails, clean_up)


def make_a_round() -> bool:
    """Each chore by itself: what fails is logged, and comes round again. Whether all went well."""
    done = [_done(chore) for chore in CHORES]
    return all(done)


def _done(chore: Callable[[], None]) -> bool:
    try:
        chore()
    except DatabaseError as error:
        logger.warning("%s has to wait: %s", chore.__name__, type(error).__name__)
    except Exception:
        logger.exception("%s failed", chore.__name__)
    else:
        return True
    return False
