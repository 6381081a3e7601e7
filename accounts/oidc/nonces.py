"""The nonce of a sign-in, kept as a hash for as long as its refresh token is in use.

An ID token that comes with a refresh need not hold a nonce; one that it holds has to be that of the
sign-in (OpenID Connect Core 1.0 12.2).
"""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any


def hashed(nonce: Any) -> str:
    """Return the hash of a nonce; "" for none. It is too long to be guessed, so needs no salt."""
    return sha256(nonce.encode()).hexdigest() if isinstance(nonce, str) and nonce else ""


def is_of_another_sign_in(claims: Mapping[str, Any], nonce_hash: str) -> bool:
    """Tell whether a nonce among the claims is another than the one of the sign-in, if known."""
    if "nonce" not in claims or not nonce_hash:
        return False
    return not compare_digest(hashed(claims["nonce"]), nonce_hash)
