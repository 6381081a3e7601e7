"""From a token answer to a row, encrypted, and what becomes of the row when its grant is gone."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.encryption import CannotDecrypt, decrypt, encrypt
from accounts.models import AsanaAccount, AuditEntry
from accounts.tokens.errors import NeedsReconnecting

DEFAULT_LIFETIME: Final = timedelta(hours=1)  # Asana's `expires_in`
MAX_LIFETIME: Final = timedelta(days=1)
IDENTITY_FIELDS: Final = ["name", "email", "picture_url", "scope", "status", "last_error"]
UNREADABLE: Final = "Its stored token cannot be read any more"
TOKEN_FIELDS: Final = [
    "encrypted_access_token",
    "access_token_expires_at",
    "refreshed_at",
]

Kind = Literal["access_token", "refresh_token"]


def place(account: AsanaAccount, kind: Kind) -> str:
    """What an account's token is bound to."""
    return f"asana_account:{account.gid}:{kind}"


@sensitive_variables()
def stored(account: AsanaAccount, kind: Kind) -> str:
    """The token in clear. Raises CannotDecrypt."""
    encrypted: str = getattr(account, f"encrypted_{kind}")
    return decrypt(encrypted, bound_to=place(account, kind))


@sensitive_variables()
def store(account: AsanaAccount, answer: Mapping[str, Any]) -> None:
    """Save the account with the tokens of a token answer; an absent refresh token keeps the old."""
    account.encrypted_access_token = encrypt(
        answer["access_token"], bound_to=place(account, "access_token")
    )
    changed = [*IDENTITY_FIELDS, *TOKEN_FIELDS]  # what we don't have anew may be newer in the row
    if answer.get("refresh_token"):
        changed.append("encrypted_refresh_token")
        account.encrypted_refresh_token = encrypt(
            answer["refresh_token"], bound_to=place(account, "refresh_token")
        )
    now = timezone.now()
    account.access_token_expires_at = now + _lifetime(answer.get("expires_in"))
    account.refreshed_at = now
    account.status = AsanaAccount.Status.CONNECTED
    account.last_error = ""
    account.save(update_fields=None if account.pk is None else changed)


def needs_reconnecting(account: AsanaAccount, why: str) -> NeedsReconnecting:
    """Mark the account and return the error to raise. Its tokens stay, encrypted, but unused."""
    account.status, account.last_error = AsanaAccount.Status.NEEDS_RECONNECTING, why
    changed = AsanaAccount.objects.connected().filter(pk=account.pk)
    if changed.update(status=account.status, last_error=why):  # one of many who find out
        audit.record(AuditEntry.Event.NEEDS_RECONNECTING, account=account, detail=why)
    return NeedsReconnecting(why)


def forget(account: AsanaAccount) -> None:
    account.encrypted_access_token = account.encrypted_refresh_token = ""
    account.access_token_expires_at = None
    account.save(update_fields=[*TOKEN_FIELDS, "encrypted_refresh_token"])


@sensitive_variables()
def fingerprint(account: AsanaAccount) -> str:
    """Tells the refresh token from others without telling it; empty if there is none to read."""
    try:
        token = stored(account, "refresh_token")
    except CannotDecrypt:
        return ""
    return salted_hmac("accounts.tokens.fingerprint", token, algorithm="sha256").hexdigest()[:12]


def _lifetime(expires_in: Any) -> timedelta:
    """`expires_in` in seconds, clamped; anything that is no number counts as Asana's own hour."""
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFETIME
    if math.isnan(seconds):
        return DEFAULT_LIFETIME
    return timedelta(seconds=min(max(seconds, 0), MAX_LIFETIME.total_seconds()))
