"""Encryption of tokens at rest: Fernet (AES-128-CBC with HMAC-SHA256) under `TOKEN_KEYS`.

A value is `<key id>.<Fernet token>`; old values have no key id. What a value is bound to is inside
the ciphertext and is compared when it is decrypted, so that a value copied to another row or column
does not decrypt there.
"""

from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SEPARATOR = b"\0"


class CannotDecrypt(Exception):
    """The error for a value whose key is missing, that was altered, or that belongs elsewhere."""


@cache
def key_id(key: str) -> str:
    """Return a name for a key that reveals nothing about it."""
    return sha256(b"onelist token key " + key.encode()).hexdigest()[:8]


def newest_key_id() -> str:
    return key_id(settings.TOKEN_KEYS[0])


def encrypt(secret: str, *, bound_to: str) -> str:
    """Encrypt a secret with the newest key. `bound_to` names its row and column."""
    key = settings.TOKEN_KEYS[0]
    encrypted = Fernet(key).encrypt(bound_to.encode() + SEPARATOR + secret.encode())
    return f"{key_id(key)}.{encrypted.decode()}"


def decrypt(encrypted: str, *, bound_to: str) -> str:
    """Decrypt a value with its key, or with any of TOKEN_KEYS if it names none.

    Raises CannotDecrypt, also if it is not bound to `bound_to`.
    """
    named, _, value = encrypted.rpartition(".")
    keys = [key for key in settings.TOKEN_KEYS if named in {"", key_id(key)}]
    try:
        if not keys:
            raise CannotDecrypt
        fernet = MultiFernet([Fernet(key) for key in keys])
        place, _, secret = fernet.decrypt(value.encode()).partition(SEPARATOR)
    except InvalidToken as error:
        raise CannotDecrypt from error
    if place != bound_to.encode():
        raise CannotDecrypt
    return secret.decode()
