"""An installation examined: what is in order, what isn't, and what to do about it.

No finding repeats a secret. Every check is made, whatever is down.
"""

import logging
from collections.abc import Iterator

from django.db import DatabaseError

from accounts.doctor import database, keys, mail, people, provider, site
from accounts.doctor.findings import Check, Finding, State, problem

__all__ = ["Finding", "State", "examine"]

logger = logging.getLogger(__name__)

CHECKS: tuple[Check, ...] = (
    *(site.debug, site.address, site.redirect_address, site.proxies, site.cookies, site.sessions),
    *(site.cache_, mail.server),
    *(database.reachable, database.migrations),
    *(keys.token_keys, keys.rows, database.clean_up, database.chores, database.revocations),
    *(people.who_may_come_in, people.accounts),
    *(provider.sign_in, provider.rest_api),
)


def examine(checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    for check in checks:
        yield from _made(check)


def _made(check: Check) -> Iterator[Finding]:
    about = check.__name__.replace("_", " ").strip()
    try:
        yield from check()
    except DatabaseError as error:
        why = f"couldn't be checked: the database fails ({type(error).__name__})"
        yield problem(about, why, "See what is said about the database.")
    except Exception as error:
        logger.exception("The check of %s failed", about)
        yield problem(
            about, f"couldn't be checked ({type(error).__name__})", "The log says where it failed."
        )
