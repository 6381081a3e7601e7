"""Valid access tokens: refreshed once, however many threads and processes ask at a time.

Nobody holds a lock of the database while Asana answers.
"""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from django.db import OperationalError, transaction
from django.utils import timezone
from social_core.exceptions import SocialAuthBaseException
from social_django.utils import load_strategy

from accounts import audit, bulkhead, http, metrics
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Detail, Problem
from accounts.encryption import CannotDecrypt
from accounts.locks import lock_account
from accounts.models import AsanaAccount, AuditEntry
from accounts.oidc.nonces import is_of_another_sign_in
from accounts.oidc.provider_errors import code_of
from accounts.tokens.errors import NeedsReconnecting, TokenError, TryLater
from accounts.tokens.refresh_lease import lease_of
from accounts.tokens.set_aside import set_aside_token
from accounts.tokens.storage import (
    add_earlier_refresh_token,
    delete_tokens,
    fingerprint,
    mark_needs_reconnecting,
    read_token,
    store,
)

logger = logging.getLogger(__name__)

MARGIN: Final = timedelta(minutes=5)  # a token is refreshed this long before it expires
WAIT_SECONDS: Final = 20.0  # for somebody else's refresh; in a web request its deadline, if sooner
LOOK_EVERY: Final = 0.05  # seconds
STORE_TRIES: Final = 3  # a new refresh token must not be lost because the database is busy


def access_token_for(account: AsanaAccount, *, rejected: str | None = None) -> str:
    """Return a valid access token; refresh it if it is about to expire or is the `rejected` one.

    1. Return the stored token if it is valid.
    2. Fetch the provider's documents if our copies are too old.
    3. Take the account's lease, or wait until whoever has it has refreshed.
    4. Look again, refresh without any lock of the database, and store the new tokens.

    Raises NeedsReconnecting, TryLater.
    """
    try:
        row = AsanaAccount.objects.get(pk=account.pk)
        token = _valid_token(row, rejected)
        if token is not None:
            return token
        with bulkhead.slot() as left:
            return _refreshed(row, rejected, min(left, WAIT_SECONDS))
    except AsanaAccount.DoesNotExist as error:
        raise NeedsReconnecting(Problem.GONE) from error
    except OperationalError as error:
        raise TryLater(Problem.BEING_REFRESHED) from error
    except bulkhead.MayNotWait as error:
        raise TryLater from error


def refresh_now(account: AsanaAccount) -> None:
    """Refresh once, however long the access token is valid. Raises NeedsReconnecting, TryLater."""
    row = AsanaAccount.objects.filter(pk=account.pk).first()
    access_token_for(account, rejected=_valid_token(row, None) if row else None)


def grant_works(account: AsanaAccount) -> bool:
    """Tell whether a grant still works, by refreshing once. An outage counts as working."""
    try:
        refresh_now(account)
    except NeedsReconnecting:
        return False
    except TryLater:
        return True
    return True


def _refreshed(row: AsanaAccount, rejected: str | None, seconds: float) -> str:
    """Return a token that was refreshed by us, or by somebody else meanwhile.

    Raises TokenError, AsanaAccount.DoesNotExist, OperationalError.
    """
    ends_at = time.monotonic() + seconds
    backend = _backend(row)
    while True:
        with lease_of(row, ends_at) as is_ours:
            row = AsanaAccount.objects.get(pk=row.pk)
            if row.needs_reconnecting:
                raise NeedsReconnecting(row.last_error, row.last_error_args)
            token = _valid_token(row, rejected)
            if token is not None:
                return token
            if is_ours:
                return _refresh(row, backend)
        if time.monotonic() >= ends_at:
            raise TryLater(Problem.BEING_REFRESHED)
        time.sleep(LOOK_EVERY)


def _refresh(account: AsanaAccount, backend: AsanaOpenIdConnect) -> str:
    """Ask Asana for new tokens and store them; return the access token. Raises TokenError.

    Counts how it went.
    """
    outcome = "not_stored"
    try:
        token = _asked(account, backend)
        outcome = "refreshed"
    except NeedsReconnecting:
        outcome = "needs_reconnecting"
        raise
    except TryLater:
        outcome = "try_later"
        raise
    finally:
        metrics.token_refreshes.labels(outcome).inc()
    return token


def _asked(account: AsanaAccount, backend: AsanaOpenIdConnect) -> str:
    try:
        refresh_token = read_token(account, "refresh_token")
    except CannotDecrypt as error:
        has_one = bool(account.encrypted_refresh_token)
        why = Problem.TOKEN_UNREADABLE if has_one else Problem.NOTHING_LASTING
        raise mark_needs_reconnecting(account, why) from error
    try:
        response = backend.refresh_token(refresh_token)
    except SocialAuthBaseException as error:
        raise _failure(account, error, refresh_token) from error
    if wrong := _wrong_id_token(account, backend.id_token or {}):
        raise TryLater(wrong)
    for _ in range(STORE_TRIES - 1):
        with suppress(OperationalError):
            return _stored(account, refresh_token, response)
    return _stored(account, refresh_token, response)


def _stored(account: AsanaAccount, refresh_token: str, response: Mapping[str, Any]) -> str:
    """Store the tokens of a refresh in the account as it is now; return the access token.

    If a sign-in has brought another grant meanwhile, or the account was marked, that stays; a new
    refresh token of ours is kept to be revoked. Raises TokenError, AsanaAccount.DoesNotExist.
    """
    new = response.get("refresh_token")
    rotated = new if new not in {None, "", refresh_token} else None
    with transaction.atomic():
        locked = _locked(account)
        if locked is not None and _holds(locked, refresh_token) and not locked.needs_reconnecting:
            store(locked, response)
            return str(response["access_token"])
        if rotated and locked is not None and locked.scope == account.scope:
            add_earlier_refresh_token(locked, rotated)
        elif rotated:  # disconnected, or its person has given up permissions
            set_aside_token(account, rotated)
    if locked is None:
        raise AsanaAccount.DoesNotExist
    if locked.needs_reconnecting:
        raise NeedsReconnecting(locked.last_error, locked.last_error_args)
    if token := _valid_token(locked, None):
        return token
    raise TryLater(Problem.BEING_REFRESHED)


def _locked(account: AsanaAccount) -> AsanaAccount | None:
    try:
        return lock_account(account.pk, key=False)  # tasks may be stored meanwhile
    except AsanaAccount.DoesNotExist:
        return None


def _holds(account: AsanaAccount, refresh_token: str) -> bool:
    try:
        return read_token(account, "refresh_token") == refresh_token
    except CannotDecrypt:
        return False


def _wrong_id_token(account: AsanaAccount, claims: Mapping[str, Any]) -> Problem | None:
    """Return the problem with the claims that came with a refresh; None if they are right."""
    if claims and claims["sub"] != account.gid:
        return Problem.ANSWERED_FOR_ANOTHER
    if is_of_another_sign_in(claims, account.nonce_hash):
        return Problem.ANSWERED_FOR_ANOTHER_SIGN_IN
    return None


def _backend(account: AsanaAccount) -> AsanaOpenIdConnect:
    """Return a back end that has the provider's documents: nobody waits for them under the lock.

    Raises TokenError.
    """
    if account.needs_reconnecting:
        raise NeedsReconnecting(account.last_error, account.last_error_args)
    backend = AsanaOpenIdConnect(load_strategy())  # type: ignore[no-untyped-call]
    try:
        backend.have_documents()
    except SocialAuthBaseException as error:
        raise _failure(account, error) from error
    return backend


def _failure(
    account: AsanaAccount, error: SocialAuthBaseException, refresh_token: str = ""
) -> TokenError:
    """Log a failed refresh and return the error to raise.

    Only `invalid_grant` means that the grant is gone: the tokens are deleted and the account needs
    reconnecting, unless a sign-in has brought another grant meanwhile. Everything else, and
    whatever comes with a 5xx status, is TryLater.
    """
    logger.warning("Refreshing account %s failed: %s", account.gid, error.code)
    if error.provider_code:
        with transaction.atomic():
            locked = _locked(account)  # nobody deletes it or its user until it is written down
            if locked is None:
                return NeedsReconnecting(Problem.GONE)
            if _holds(locked, refresh_token):
                _note_refusal(locked, error)
                if error.provider_code == "invalid_grant" and (error.status_code or 0) < 500:
                    delete_tokens(locked)
                    return mark_needs_reconnecting(locked, Problem.ACCESS_ENDED)
    return TryLater(retry_after=http.retry_after_seconds(error.retry_after or ""))


def _note_refusal(account: AsanaAccount, error: SocialAuthBaseException) -> None:
    audit.record(
        AuditEntry.Event.REFRESH_REFUSED,
        account=account,
        detail=Detail.REFRESH_REFUSED,
        detail_args={"error": code_of(error)},
        fingerprint=fingerprint(account),
        once_in=timedelta(hours=1),
    )


def _valid_token(account: AsanaAccount, rejected: str | None) -> str | None:
    """Return the stored access token; None if it expires soon, is unreadable or `rejected`."""
    expires_at, refreshed_at = account.access_token_expires_at, account.refreshed_at
    if account.needs_reconnecting or expires_at is None or refreshed_at is None:
        return None
    margin = min(MARGIN, (expires_at - refreshed_at) / 2)  # a token may live for seconds only
    if expires_at - margin <= timezone.now():
        return None
    try:
        token = read_token(account, "access_token")
    except CannotDecrypt:
        return None
    return None if token == rejected else token
