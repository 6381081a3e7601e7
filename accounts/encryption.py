"""Encryption of tokens at rest: Fernet (AES-128-CBC with HMAC-SHA256) under `TOKEN_KEYS`.

A value is `v2.<key id>.<Fernet token>`. Version and what the value is bound to are inside the
ciphertext too and are compared when it is decrypted, so that a value copied to another row or
column does not decrypt there. Values of 0.9.0 and before are `<key id>.<Fernet token>`, or without
the key id; `accounts.tokens.formats` decides whether they are still read.
"""

from functools import cache
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

VERSION: Final = 2
PREFIX: Final = f"v{VERSION}"
SEPARATOR: Final = b"\0"


class CannotDecrypt(Exception):
    """The error for a value whose key is missing, that was altered, or that belongs elsewhere."""


@cache
def key_id(key: str) -> str:
    """Return a name for a key that reveals nothing about it."""
    return sha256(b"onelist token key " + key.encode()).hexdigest()[:8]


def newest_prefix() -> str:
    """Return what a value begins with that `encrypt` returns now."""
    return f"{PREFIX}.{key_id(settings.TOKEN_KEYS[0])}."


def is_old_format(encrypted: str) -> bool:
    return not encrypted.startswith(f"{PREFIX}.")


def encrypt(secret: str, *, bound_to: str) -> str:
    """Encrypt a secret with the newest key. `bound_to` names its row, person and column."""
    fernet = Fernet(settings.TOKEN_KEYS[0])
    encrypted = fernet.encrypt(_place(bound_to) + SEPARATOR + secret.encode())
    return newest_prefix() + encrypted.decode()


def decrypt(encrypted: str, *, bound_to: str) -> str:
    """Decrypt a value with its key. Raises CannotDecrypt, also if it isn't bound to `bound_to`."""
    version, _, rest = encrypted.partition(".")
    named, _, value = rest.rpartition(".")
    keys = [key for key in settings.TOKEN_KEYS if named == key_id(key)]
    if version != PREFIX:
        raise CannotDecrypt
    return _decrypted(value, keys, _place(bound_to))


def decrypt_old(encrypted: str, *, bound_to: str) -> str:
    """Decrypt a value of 0.9.0 or before with its key, or with any of TOKEN_KEYS if it names none.

    Raises CannotDecrypt, also if it is not bound to `bound_to`.
    """
    named, _, value = encrypted.rpartition(".")
    keys = [key for key in settings.TOKEN_KEYS if named in {"", key_id(key)}]
    return _decrypted(value, keys, bound_to.encode())


def _place(bound_to: str) -> bytes:
    return f"{PREFIX}:{bound_to}".encode()


def _decrypted(value: str, keys: list[str], expected: bytes) -> str:
    if not keys:
        raise CannotDecrypt
    try:
        decrypted = MultiFernet([Fernet(key) for key in keys]).decrypt(value.encode())
    except InvalidToken as error:
        raise CannotDecrypt from error
    place, _, secret = decrypted.partition(SEPARATOR)
    if place != expected:
        raise CannotDecrypt
    return secret.decode()
