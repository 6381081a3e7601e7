"""Revocation of grants at Asana: tried at once, then again for a week while Asana doesn't answer.

The refresh token is sent by POST, in the body (https://developers.asana.com/docs/oauth). A token
that is unknown there counts as revoked (RFC 7009 2.2).
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import requests
from django.db import transaction
from django.utils import timezone
from social_core.exceptions import SocialAuthBaseException
from social_django.utils import load_strategy

from accounts import audit, http, messages
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Problem
from accounts.encryption import CannotDecrypt
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.oidc.client_authentication import credentials
from accounts.tokens.refresh import grant_works
from accounts.tokens.set_aside import account_hash, read_revocation

logger = logging.getLogger(__name__)

SECONDS: Final = 5.0  # for one request: a user may be waiting for the page
SECONDS_IN_ALL: Final = 10.0  # then no other request is started; the rest is tried later
PATH: Final = "/-/oauth_revoke"  # if discovery names no revocation_endpoint


class Outcome(StrEnum):
    REVOKED = "revoked"
    WAITING = "waiting"  # it will be tried again
    GONE = "gone"  # another process has revoked it, given it up, or dropped it
    GIVEN_UP = "given up"  # after a week, or because the token is unreadable


class Reason(NamedTuple):
    """The reason why a grant was not revoked: a code with its arguments."""

    code: Problem
    args: dict[str, Any]


LEAST_FIRST: Final = (Outcome.GIVEN_UP, Outcome.WAITING, Outcome.GONE, Outcome.REVOKED)


def revoke(revocation: Revocation) -> Outcome:
    """Try to revoke a grant now, unless another process is trying; return the outcome.

    1. Claim this attempt: raise the count of attempts and set the time of the next one.
    2. Decrypt the token and send it to Asana.
    3. If that failed, note why and wait for the next attempt, or give up after a week.
    4. If it worked, delete the row, and check whether the account's other grant still works.

    The row is gone unless the outcome is WAITING.
    """
    if not revocation.pk:  # not saved: its token was unreadable
        return Outcome.GIVEN_UP
    next_attempt_at = min(timezone.now() + revocation.pause, revocation.ends_at)
    claimed = Revocation.objects.filter(pk=revocation.pk, attempts=revocation.attempts).update(
        attempts=revocation.attempts + 1, next_attempt_at=next_attempt_at
    )
    if not claimed:
        still_there = Revocation.objects.filter(pk=revocation.pk).exists()
        return Outcome.WAITING if still_there else Outcome.GONE
    revocation.attempts += 1
    try:
        _ask(read_revocation(revocation))
    except CannotDecrypt:
        return _later(revocation, Reason(Problem.TOKEN_UNREADABLE, {}))  # the key may be put back
    except (requests.RequestException, SocialAuthBaseException) as error:
        return _later(revocation, _reason(error))
    outcome = _end(revocation, Outcome.REVOKED, AuditEntry.Event.REVOKED)
    _try_what_is_left(revocation)
    return outcome


def revoke_due(
    revocations: Iterable[Revocation] | None = None, *, seconds: float = 3600.0
) -> dict[Outcome, int]:
    """Try the given revocations, or those that are due, oldest first; return counts by outcome.

    After `seconds` no other one is started: those left count as WAITING.
    """
    if revocations is None:
        revocations = Revocation.objects.filter(next_attempt_at__lte=timezone.now())
    return _counts(outcome for _, outcome in _tried(revocations, seconds))


def revoke_by_account(revocations: Iterable[Revocation]) -> dict[Outcome, int]:
    """Try revocations while a user is waiting; return the number of accounts by outcome.

    An account with several grants counts once, by the outcome that comes first in LEAST_FIRST.
    """
    least: dict[str, Outcome] = {}
    for revocation, outcome in _tried(revocations, SECONDS_IN_ALL):
        known = least.get(revocation.account_hash, outcome)
        least[revocation.account_hash] = min(known, outcome, key=LEAST_FIRST.index)
    return _counts(least.values())


def revoke_together(revocations: Iterable[Revocation]) -> Outcome | None:
    """Try the revocations of one account; return the outcome, None if there are none."""
    counts = revoke_by_account(revocations)
    return next((outcome for outcome in LEAST_FIRST if counts[outcome]), None)


def _tried(
    revocations: Iterable[Revocation], seconds: float
) -> Iterator[tuple[Revocation, Outcome]]:
    ends_at = time.monotonic() + seconds
    for revocation in revocations:
        in_time = time.monotonic() < ends_at
        yield revocation, revoke(revocation) if in_time else Outcome.WAITING


def _counts(outcomes: Iterable[Outcome]) -> dict[Outcome, int]:
    return dict.fromkeys(Outcome, 0) | Counter(outcomes)


def discard(response: Mapping[str, Any]) -> None:
    """Revoke tokens that were issued for somebody who was refused. Tried once: none is stored."""
    if not isinstance(response.get("refresh_token"), str):
        return
    try:
        _ask(response["refresh_token"])
    except (requests.RequestException, SocialAuthBaseException) as error:
        why = messages.word(*_reason(error))
        logger.warning("A grant that is not wanted was not revoked: %s", why)


def _ask(refresh_token: str) -> None:
    """Send a revocation request. Raises requests.RequestException, SocialAuthBaseException."""
    backend = AsanaOpenIdConnect(load_strategy())  # type: ignore[no-untyped-call]
    configured = urlsplit(backend.oidc_endpoint())
    configuration = backend.oidc_config()
    url = configuration.get("revocation_endpoint") or configured._replace(path=PATH).geturl()
    form, headers = credentials(configuration, *backend.get_key_and_secret(), "revocation")
    form["token"] = refresh_token
    http.send("POST", url, data=form, headers=headers, seconds=SECONDS).raise_for_status()


def _reason(error: Exception) -> Reason:
    """Return the reason for an error.

    One of social-auth's is about the discovery document, and counts as "Asana doesn't answer".
    """
    if isinstance(error, requests.HTTPError):
        return Reason(Problem.HTTP_ERROR, {"status": error.response.status_code})
    return Reason(http.problem_of(error), {})


def _later(revocation: Revocation, why: Reason) -> Outcome:
    if timezone.now() >= revocation.ends_at:
        return _give_up(revocation, why)
    Revocation.objects.filter(pk=revocation.pk).update(
        last_error=why.code, last_error_args=why.args
    )
    if revocation.attempts == 1:
        _record(AuditEntry.Event.REVOCATION_WAITING, revocation, why)
    return Outcome.WAITING


def _give_up(revocation: Revocation, why: Reason) -> Outcome:
    words = messages.word(*why)
    logger.warning("Revocation %s is given up: %s", revocation.reference, words)
    return _end(revocation, Outcome.GIVEN_UP, AuditEntry.Event.REVOCATION_GIVEN_UP, why)


def _end(
    revocation: Revocation, outcome: Outcome, event: AuditEntry.Event, why: Reason | None = None
) -> Outcome:
    with transaction.atomic():
        _record(event, revocation, why)
        revocation.delete()
    return outcome


def _try_what_is_left(revocation: Revocation) -> None:
    """Check the grant that an account still has after one of its grants was revoked.

    This happens when a wider grant was replaced by a narrower one. It is not documented whether
    Asana's grants are separate: if the revocation ended both, store that as the account's error.
    """
    for account in AsanaAccount.objects.connected().filter(user=revocation.user_id):
        if account_hash(account.gid) == revocation.account_hash and not grant_works(account):
            AsanaAccount.objects.filter(pk=account.pk).update(
                last_error=Problem.ENDED_TOGETHER, last_error_args={}
            )


def _record(event: AuditEntry.Event, revocation: Revocation, why: Reason | None) -> None:
    """Write an audit entry for the user that the row names now.

    The user may have been deleted while we waited for Asana, or be about to be.
    """
    with transaction.atomic():
        of_it = User.objects.filter(revocations=revocation.pk)
        user = of_it.select_for_update(of=("self",), no_key=True).first()  # order: locks.py, 2
        name = revocation.account_name if user else ""
        audit.record(
            event,
            user=user,
            account_name=name,
            detail=why and why.code,
            detail_args=why and why.args,
        )
