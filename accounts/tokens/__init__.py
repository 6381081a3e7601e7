"""The only place that ever sees a token in clear."""

from accounts.tokens.errors import NeedsReconnecting, TokenError, TryLater
from accounts.tokens.keeping import fingerprint, needs_reconnecting, store
from accounts.tokens.refreshing import access_token_for, refresh_now, renew
from accounts.tokens.revoking import Outcome, account_hash, discard, hand_over, revoke, revoke_due
from accounts.tokens.rotation import Rotated, rotate, rows_on_old_keys, unreadable_rows

__all__ = [
    "NeedsReconnecting",
    "Outcome",
    "Rotated",
    "TokenError",
    "TryLater",
    "access_token_for",
    "account_hash",
    "discard",
    "fingerprint",
    "hand_over",
    "needs_reconnecting",
    "refresh_now",
    "renew",
    "revoke",
    "revoke_due",
    "rotate",
    "rows_on_old_keys",
    "store",
    "unreadable_rows",
]
