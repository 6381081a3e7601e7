"""Tokens in the row of their account, encrypted; and the state of an account without a grant."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.codes import Detail, Problem
from accounts.encryption import CannotDecrypt, encrypt
from accounts.locks import lock_account
from accounts.models import AsanaAccount, AuditEntry
from accounts.tokens import formats
from accounts.tokens.errors import NeedsReconnecting

DEFAULT_LIFETIME: Final = timedelta(hours=1)  # Asana's usual `expires_in`
MAX_LIFETIME: Final = timedelta(days=1)
IDENTITY_FIELDS: Final = ["name", "email", "picture_url", "scope", "nonce_hash"]
STATE_FIELDS: Final = ["status", "last_error", "last_error_args"]
TOKEN_FIELDS: Final = [
    "encrypted_access_token",
    "access_token_expires_at",
    "refreshed_at",
]

MOST_EARLIER: Final = 50
SEPARATOR: Final = "\n"  # tokens are visible ASCII (RFC 6749 appendix A)

Kind = Literal["access_token", "refresh_token", "earlier_refresh_tokens"]


def token_binding(account: AsanaAccount, kind: Kind) -> str:
    """Return what a token of an account is bound to in `encrypt`: its row, person and column."""
    return f"asana_account:{account.gid}:user:{account.user_id}:{kind}"


def read_token(account: AsanaAccount, kind: Kind) -> str:
    """Return a token in clear. Raises CannotDecrypt."""
    encrypted: str = getattr(account, f"encrypted_{kind}")
    formerly = f"asana_account:{account.gid}:{kind}"
    return formats.read(encrypted, bound_to=token_binding(account, kind), formerly=formerly)


def store(account: AsanaAccount, response: Mapping[str, Any]) -> None:
    """Save an account with the tokens of a token response, encrypted.

    If the response holds no refresh token, the stored one is kept.
    """
    account.encrypted_access_token = encrypt(
        response["access_token"], bound_to=token_binding(account, "access_token")
    )
    # Save no other fields: the row may hold newer values than `account`
    changed = [*IDENTITY_FIELDS, *STATE_FIELDS, *TOKEN_FIELDS]
    if response.get("refresh_token"):
        changed.append("encrypted_refresh_token")
        account.encrypted_refresh_token = encrypt(
            response["refresh_token"], bound_to=token_binding(account, "refresh_token")
        )
    now = timezone.now()
    account.access_token_expires_at = now + _lifetime(response.get("expires_in"))
    account.refreshed_at = now
    account.status = AsanaAccount.Status.CONNECTED
    account.last_error, account.last_error_args = "", {}
    account.save(update_fields=None if account.pk is None else changed)


def add_earlier_refresh_token(account: AsanaAccount, refresh_token: str | None) -> None:
    """Store the refresh token of a grant for this Asana account that is not in use.

    It is revoked when the account goes, and not before: it is not documented whether revoking one
    grant ends all of them. Beyond MOST_EARLIER, the oldest are dropped.
    """
    if not refresh_token:
        return
    with transaction.atomic():
        try:
            row = lock_account(account.pk, key=False)
        except AsanaAccount.DoesNotExist:  # disconnected meanwhile
            return
        earlier = earlier_refresh_tokens(row)
        if row.encrypted_earlier_refresh_tokens and not earlier:
            note_unreadable_grant(row)
        known = [token for token in earlier if token != refresh_token]
        AsanaAccount.objects.filter(pk=row.pk).update(
            encrypted_earlier_refresh_tokens=encrypt(
                SEPARATOR.join([*known, refresh_token][-MOST_EARLIER:]),
                bound_to=token_binding(row, "earlier_refresh_tokens"),
            )
        )


def add_replaced_refresh_token(account: AsanaAccount, response: Mapping[str, Any]) -> None:
    """Keep the refresh token that `store` is about to replace with the one of another grant."""
    try:
        current = read_token(account, "refresh_token")
    except CannotDecrypt:
        if account.encrypted_refresh_token:
            note_unreadable_grant(account)
        return
    if response.get("refresh_token") not in {None, "", current}:
        add_earlier_refresh_token(account, current)


def earlier_refresh_tokens(account: AsanaAccount) -> list[str]:
    """Return the refresh tokens of grants that are not in use, oldest first; [] if unreadable."""
    try:
        return read_token(account, "earlier_refresh_tokens").split(SEPARATOR)
    except CannotDecrypt:
        return []


def note_unreadable_grant(account: AsanaAccount) -> None:
    """Record that a grant of an earlier sign-in can't be revoked any more.

    Its token is unreadable and about to be overwritten.
    """
    audit.record(
        AuditEntry.Event.REVOCATION_GIVEN_UP,
        account=account,
        detail=Detail.EARLIER_TOKEN_UNREADABLE,
    )


def mark_needs_reconnecting(account: AsanaAccount, why: Problem, **args: Any) -> NeedsReconnecting:
    """Mark an account as needing reconnection; return the error to raise.

    Its tokens stay, encrypted but unused.
    """
    account.status = AsanaAccount.Status.NEEDS_RECONNECTING
    account.last_error, account.last_error_args = why, args
    state = {name: getattr(account, name) for name in STATE_FIELDS}
    connected = AsanaAccount.objects.connected().filter(pk=account.pk)
    with transaction.atomic():
        if connected.update(**state):  # of several that find out at a time, only one records it
            audit.record(
                AuditEntry.Event.NEEDS_RECONNECTING,
                account=account,
                detail=why,
                detail_args=args,
            )
    return NeedsReconnecting(why, args)


def delete_tokens(account: AsanaAccount) -> None:
    account.encrypted_access_token = account.encrypted_refresh_token = ""
    account.access_token_expires_at = None
    account.save(update_fields=[*TOKEN_FIELDS, "encrypted_refresh_token"])


def fingerprint(account: AsanaAccount) -> str:
    """Return a hash that tells a refresh token from others; "" if there is none to read."""
    try:
        token = read_token(account, "refresh_token")
    except CannotDecrypt:
        return ""
    return salted_hmac("accounts.tokens.fingerprint", token, algorithm="sha256").hexdigest()[:12]


def _lifetime(expires_in: Any) -> timedelta:
    """Return `expires_in` (seconds) as a lifetime between 0 and MAX_LIFETIME.

    Anything that isn't a number counts as DEFAULT_LIFETIME.
    """
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFETIME
    if math.isnan(seconds):
        return DEFAULT_LIFETIME
    return timedelta(seconds=min(max(seconds, 0), MAX_LIFETIME.total_seconds()))
