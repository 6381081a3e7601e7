"""Checks of an installation: what is in order, what isn't, and what to do about it.

No finding repeats a secret. Every check is made, whatever is down.
"""

import logging
from collections.abc import Iterator

from django.db import DatabaseError

from accounts import registry
from accounts.doctor import database, keys, mail, people, provider, site, system_checks
from accounts.doctor.findings import Check, Finding, State, problem

__all__ = ["Finding", "State", "examine"]

logger = logging.getLogger(__name__)

CHECKS: tuple[Check, ...] = (
    system_checks.system_checks,
    *(
        site.debug,
        site.address,
        site.redirect_address,
        site.proxies,
        site.way_to_asana,
        site.cookies,
        site.sessions,
    ),
    *(site.cache_, mail.server),
    *(database.reachable, database.connections, database.migrations),
    *(
        keys.keys_in_settings,
        keys.rows,
        database.clean_up_age,
        database.chores,
        database.revocations,
    ),
    *(people.who_may_come_in, people.administrators, people.accounts),
    *(provider.discovery_and_client, provider.rest_api),
)


# Names of checks in findings, if they differ from the names of their functions.
ABOUT: dict[Check, str] = {
    system_checks.system_checks: "settings",
    site.cache_: "cache",
    site.way_to_asana: "way to Asana",
    mail.server: "mail",
    keys.keys_in_settings: "keys",
    keys.rows: "tokens",
    database.reachable: "database",
    database.clean_up_age: "clean-up",
    database.chores: "chores",
    people.who_may_come_in: "sign-ups",
    people.administrators: "administration",
    provider.discovery_and_client: "discovery",
    provider.rest_api: "REST API",
}


def examine(checks: tuple[Check, ...] | None = None) -> Iterator[Finding]:
    """Make all checks, those of other apps too, and yield their findings.

    Checks that fail with an error of the database are listed in one finding at the end.
    """
    failed: dict[str, DatabaseError] = {}
    for check in checks or (*CHECKS, *registry.doctor_checks):
        try:
            yield from _made(check)
        except DatabaseError as error:
            failed[about(check)] = error
    if failed:
        why = ", ".join(sorted({type(error).__name__ for error in failed.values()}))
        yield problem(
            "not checked",
            f"{', '.join(failed)}: the database fails ({why})",
            "See what is said about the database, and examine again.",
        )


def about(check: Check) -> str:
    return ABOUT.get(check) or check.__name__.replace("_", " ")


def _made(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("The check of %s failed", about(check))
        yield problem(
            about(check),
            f"couldn't be checked ({type(error).__name__})",
            "The log says where it failed.",
        )
