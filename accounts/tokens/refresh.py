"""Valid access tokens: refreshed once, however many threads and processes ask at a time."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from social_core.exceptions import SocialAuthBaseException
from social_django.utils import load_strategy

from accounts import audit, http
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Detail, Problem
from accounts.encryption import CannotDecrypt
from accounts.locks import lock_account
from accounts.models import AsanaAccount, AuditEntry
from accounts.oidc.nonces import is_of_another_sign_in
from accounts.oidc.provider_errors import code_of
from accounts.tokens.errors import NeedsReconnecting, TokenError, TryLater
from accounts.tokens.storage import (
    delete_tokens,
    fingerprint,
    mark_needs_reconnecting,
    read_token,
    store,
)

logger = logging.getLogger(__name__)

MARGIN: Final = timedelta(minutes=5)  # a token is refreshed this long before it expires
LOCK_SECONDS: Final = 20  # then PostgreSQL raises OperationalError, which becomes TryLater


def access_token_for(account: AsanaAccount, *, rejected: str | None = None) -> str:
    """Return a valid access token; refresh it if it is about to expire or is the `rejected` one.

    1. Return the stored token if it is valid, without a lock.
    2. Fetch the provider's documents if our copies are too old.
    3. Lock the row and look again: another thread or process may have refreshed meanwhile.
    4. Refresh, and store the new tokens, before the lock is released.

    Raises NeedsReconnecting, TryLater.
    """
    try:
        row = AsanaAccount.objects.get(pk=account.pk)
        token = _valid_token(row, rejected)
        if token is not None:
            return token
        backend = _backend(row)
        with transaction.atomic(durable=True):  # a new refresh token must not be rolled back
            _limit_waiting()
            locked = lock_account(account.pk, key=False)  # tasks may be stored meanwhile
            token, failure = _refresh_unless_done(locked, rejected, backend)
    except AsanaAccount.DoesNotExist as error:
        raise NeedsReconnecting(Problem.GONE) from error
    except OperationalError as error:
        raise TryLater(Problem.BEING_REFRESHED) from error
    if token is None:
        raise failure or TryLater
    return token


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


def _refresh_unless_done(
    account: AsanaAccount, rejected: str | None, backend: AsanaOpenIdConnect
) -> tuple[str | None, TokenError | None]:
    """Look again under the row's lock, and refresh if nobody has; return a token or an error.

    Errors are returned instead of raised: what was written with them is to be committed.
    """
    if account.needs_reconnecting:
        return None, NeedsReconnecting(account.last_error, account.last_error_args)
    token = _valid_token(account, rejected)
    if token is not None:
        return token, None
    try:
        refresh_token = read_token(account, "refresh_token")
    except CannotDecrypt:
        has_one = bool(account.encrypted_refresh_token)
        why = Problem.TOKEN_UNREADABLE if has_one else Problem.NOTHING_LASTING
        return None, mark_needs_reconnecting(account, why)
    try:
        response = backend.refresh_token(refresh_token)
    except SocialAuthBaseException as error:
        return None, _failure(account, error)
    if wrong := _wrong_id_token(account, backend.id_token or {}):
        return None, TryLater(wrong)
    store(account, response)
    return response["access_token"], None


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


def _failure(account: AsanaAccount, error: SocialAuthBaseException) -> TokenError:
    """Log a failed refresh and return the error to raise.

    Only `invalid_grant` means that the grant is gone: the tokens are deleted and the account needs
    reconnecting. Everything else, and whatever comes with a 5xx status, is TryLater.
    """
    logger.warning("Refreshing account %s failed: %s", account.gid, error.code)
    if error.provider_code:
        audit.record(
            AuditEntry.Event.REFRESH_REFUSED,
            account=account,
            detail=Detail.REFRESH_REFUSED,
            detail_args={"error": code_of(error)},
            fingerprint=fingerprint(account),
            once_in=timedelta(hours=1),
        )
    if error.provider_code == "invalid_grant" and (error.status_code or 0) < 500:
        delete_tokens(account)
        return mark_needs_reconnecting(account, Problem.ACCESS_ENDED)
    return TryLater(retry_after=http.retry_after_seconds(error.retry_after or ""))


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


def _limit_waiting() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
