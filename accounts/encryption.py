"""Encryption of tokens at rest: Fernet (AES-128-CBC with HMAC-SHA256) under `TOKEN_KEYS`.

A value is `<key id>.<Fernet token>`; one without a key id is of the time before there were any.
What it is bound to travels inside the ciphertext and is compared on the way out, so that a
value copied to another row or column does not decrypt there.
"""

from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SEPARATOR = b"\0"


class CannotDecrypt(Exception):
    """The key is gone, or the value was altered or belongs elsewhere."""


@cache
def key_id(key: str) -> str:
    """What names a key without telling anything of it."""
    return sha256(b"onelist token key " + key.encode()).hexdigest()[:8]


def newest_key_id() -> str:
    return key_id(settings.TOKEN_KEYS[0])


def encrypt(secret: str, *, bound_to: str) -> str:
    key = settings.TOKEN_KEYS[0]
    encrypted = Fernet(key).encrypt(bound_to.encode() + SEPARATOR + secret.encode())
    return f"{key_id(key)}.{encrypted.decode()}"


def decrypt(encrypted: str, *, bound_to: str) -> str:
    """Raises CannotDecrypt."""
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
