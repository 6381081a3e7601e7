"""The only place that ever sees a token in clear."""

from accounts.tokens.errors import NeedsReconnecting, TokenError, TryLater
from accounts.tokens.keeping import fingerprint, needs_reconnecting, store
from accounts.tokens.refreshing import access_token_for, renew
from accounts.tokens.revoking import Outcome, account_hash, discard, hand_over, revoke, revoke_due

__all__ = [
    "NeedsReconnecting",
    "Outcome",
    "TokenError",
    "TryLater",
    "access_token_for",
    "account_hash",
    "discard",
    "fingerprint",
    "hand_over",
    "needs_reconnecting",
    "renew",
    "revoke",
    "revoke_due",
    "store",
]
