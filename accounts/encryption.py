"""Encryption of tokens at rest: Fernet (AES-128-CBC with HMAC-SHA256) under `TOKEN_KEYS`.

What a value is bound to travels inside the ciphertext and is compared on the way out, so that a
value copied to another row or column does not decrypt there.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SEPARATOR = b"\0"


class CannotDecrypt(Exception):
    """The key is gone, or the value was altered or belongs elsewhere."""


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])


def encrypt(secret: str, *, bound_to: str) -> str:
    return _fernet().encrypt(bound_to.encode() + SEPARATOR + secret.encode()).decode()


def decrypt(encrypted: str, *, bound_to: str) -> str:
    """Raises CannotDecrypt."""
    try:
        place, _, secret = _fernet().decrypt(encrypted.encode()).partition(SEPARATOR)
    except InvalidToken as error:
        raise CannotDecrypt from error
    if place != bound_to.encode():
        raise CannotDecrypt
    return secret.decode()
