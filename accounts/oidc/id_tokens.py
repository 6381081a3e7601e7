"""Checks of ID tokens and of their signing keys that social-auth and PyJWT leave to us.

OpenID Connect Core 1.0 3.1.3.7, RFC 8725 3: one algorithm, keys that are meant for signing and long
enough, the right type of token.
"""

import json
from typing import Any, Final

import jwt
from jwt.api_jws import PyJWS
from jwt.utils import base64url_decode

ALGORITHM: Final = "RS256"
MAX_LENGTH: Final = 16 * 1024
MIN_RSA_BITS: Final = 2048  # RFC 7518 3.3
MAX_SUB_LENGTH: Final = 255


class BadIdToken(ValueError):
    """The error for a refused ID token. Its message names the fault, never the token."""


def check_header(id_token: str) -> None:
    """Raise BadIdToken unless it is an RS256 JWT without critical extensions."""
    header = _header(id_token)
    if header.get("alg") != ALGORITHM:
        raise BadIdToken("alg")
    if "crit" in header:
        raise BadIdToken("crit")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise BadIdToken("typ")
    if not isinstance(header.get("kid", ""), str):
        raise BadIdToken("kid")


def _header(id_token: str) -> dict[str, Any]:
    if len(id_token) > MAX_LENGTH or id_token.count(".") != 2:
        raise BadIdToken("not a signed JWT of a sensible length")
    try:
        header = json.loads(base64url_decode(id_token.partition(".")[0]))
    except (ValueError, RecursionError) as error:
        raise BadIdToken("header unreadable") from error
    if not isinstance(header, dict):
        raise BadIdToken("header unreadable")
    return header


def check_claims(claims: dict[str, Any], client_id: str) -> None:
    """Raise BadIdToken unless the token is for us alone and its claims are well-formed."""
    if claims.get("aud") not in (client_id, [client_id]):
        raise BadIdToken("aud")
    if not is_sub(claims.get("sub")):
        raise BadIdToken("sub")
    for claim in ("exp", "iat", "nbf"):
        if claim in claims and (
            isinstance(claims[claim], bool) or not isinstance(claims[claim], int | float)
        ):
            raise BadIdToken(claim)
    if "nonce" in claims and not is_printable(claims["nonce"]):
        raise BadIdToken("nonce")


def is_sub(value: Any) -> bool:
    """Tell whether it is 1 to 255 printable ASCII characters (OpenID Connect Core 1.0 2)."""
    return is_printable(value) and 0 < len(value) <= MAX_SUB_LENGTH


def is_printable(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def signing_key(id_token: str, keys: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the one of `keys` that signed the token, None if there is none.

    If the token names a `kid`, only a key with this `kid` counts.
    """
    kid = jwt.get_unverified_header(id_token).get("kid")
    for key in usable_keys(keys):
        if kid is None or kid == key.get("kid"):
            try:
                PyJWS().decode_complete(id_token, jwt.PyJWK(key), algorithms=[ALGORITHM])
            except jwt.PyJWTError:
                continue
            return key
    return None


def usable_keys(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the keys that may verify RS256: RSA, of at least 2048 bits; public parts only."""
    return [
        {name: key[name] for name in ("kty", "kid", "n", "e") if name in key} | {"alg": ALGORITHM}
        for key in keys
        if key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and _may_verify(key.get("key_ops", ["verify"]))
        and key.get("alg", ALGORITHM) == ALGORITHM
        and isinstance(key.get("e"), str)
        and _bits(key.get("n")) >= MIN_RSA_BITS
    ]


def _may_verify(operations: Any) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _bits(modulus: Any) -> int:
    try:
        return int.from_bytes(base64url_decode(modulus), "big").bit_length()
    except (TypeError, ValueError, AttributeError):
        return 0
