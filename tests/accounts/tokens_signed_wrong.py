"""Signatures by other algorithms, for `Provider.sign`."""

import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.accounts.provider import Provider, number, rsa_key


def unsigned(op: Provider) -> None:
    op.header["alg"] = "none"
    op.sign = lambda _signed: b""


def hs256(op: Provider) -> None:
    """Sign by HMAC with the client secret: valid in OpenID Connect, but not our algorithm."""
    _hmac(op, op.client_secret.encode())


def hs256_with_the_public_key(op: Provider) -> None:
    """Sign by HMAC with the public key, valid if the header chooses the method (RFC 8725 2.1)."""
    key = rsa_key("first").public_key()
    _hmac(op, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _hmac(op: Provider, key: bytes) -> None:
    op.header["alg"] = "HS256"
    op.sign = lambda signed: hmac.digest(key, signed, "sha256")


def es256(op: Provider) -> None:
    """Sign by ES256 with a key that is published correctly."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    about = {"kid": "curve", "use": "sig", "alg": "ES256"}
    op.jwks.append(
        {"kty": "EC", "crv": "P-256", "x": number(point.x), "y": number(point.y)} | about
    )
    op.header.update(alg="ES256", kid="curve")

    def sign(signed: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    op.sign = sign
