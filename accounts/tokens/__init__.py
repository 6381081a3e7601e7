"""The only package that sees a token in clear: storage, refresh, revocation and key rotation."""

from accounts.tokens.errors import NeedsReconnecting, TokenError, TryLater
from accounts.tokens.key_usage import (
    accounts_usable_again,
    lost_rows,
    rows_in_old_format,
    rows_on_old_keys,
    rows_to_rotate,
    unreadable_rows,
)
from accounts.tokens.refresh import access_token_for, grant_works, refresh_now
from accounts.tokens.revocation import (
    Outcome,
    discard,
    revoke,
    revoke_by_account,
    revoke_due,
    revoke_together,
)
from accounts.tokens.rotation import Rotated, rotate
from accounts.tokens.set_aside import account_hash, set_aside_for_revocation
from accounts.tokens.storage import (
    add_earlier_refresh_token,
    add_replaced_refresh_token,
    fingerprint,
    mark_needs_reconnecting,
    store,
)

__all__ = [
    "NeedsReconnecting",
    "Outcome",
    "Rotated",
    "TokenError",
    "TryLater",
    "access_token_for",
    "account_hash",
    "accounts_usable_again",
    "add_earlier_refresh_token",
    "add_replaced_refresh_token",
    "discard",
    "fingerprint",
    "grant_works",
    "lost_rows",
    "mark_needs_reconnecting",
    "refresh_now",
    "revoke",
    "revoke_by_account",
    "revoke_due",
    "revoke_together",
    "rotate",
    "rows_in_old_format",
    "rows_on_old_keys",
    "rows_to_rotate",
    "set_aside_for_revocation",
    "store",
    "unreadable_rows",
]
