"""The only place that ever sees a token in clear."""

from accounts.tokens.errors import NeedsReconnecting, TokenError, TryLater
from accounts.tokens.key_usage import (
    accounts_usable_again,
    lost_rows,
    rows_on_old_keys,
    rows_to_rotate,
    unreadable_rows,
)
from accounts.tokens.refresh import access_token_for, refresh_now, renew
from accounts.tokens.revocation import (
    Outcome,
    discard,
    revoke,
    revoke_by_account,
    revoke_due,
    revoke_together,
)
from accounts.tokens.rotation import Rotated, rotate
from accounts.tokens.set_aside import account_hash, hand_over
from accounts.tokens.storage import (
    fingerprint,
    needs_reconnecting,
    set_aside,
    set_aside_before,
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
    "discard",
    "fingerprint",
    "hand_over",
    "lost_rows",
    "needs_reconnecting",
    "refresh_now",
    "renew",
    "revoke",
    "revoke_by_account",
    "revoke_due",
    "revoke_together",
    "rotate",
    "rows_on_old_keys",
    "rows_to_rotate",
    "set_aside",
    "set_aside_before",
    "store",
    "unreadable_rows",
]
