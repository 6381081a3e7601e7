"""The formats of encrypted tokens: both are read until a rotation has found none of the old left.

From then on an old value is refused, as if its key were gone: it isn't bound to a person, so a row
that was given to somebody else would still open with it.
"""

from django.db import transaction

from accounts import audit
from accounts.codes import Detail
from accounts.encryption import VERSION, CannotDecrypt, decrypt, decrypt_old, is_old_format
from accounts.models import AuditEntry, TokenFormat


def read(encrypted: str, *, bound_to: str, formerly: str) -> str:
    """Decrypt a value; one of the old format is bound to `formerly`. Raises CannotDecrypt."""
    if not is_old_format(encrypted):
        return decrypt(encrypted, bound_to=bound_to)
    if not encrypted or old_is_refused():
        raise CannotDecrypt
    return decrypt_old(encrypted, bound_to=formerly)


def old_is_refused() -> bool:
    return TokenFormat.objects.filter(version__gte=VERSION).exists()


def refuse_old() -> None:
    """Record that no row is of the old format any more."""
    with transaction.atomic():
        _, is_new = TokenFormat.objects.get_or_create(version=VERSION)
        if is_new:
            audit.record(AuditEntry.Event.KEYS_ROTATED, detail=Detail.OLD_FORMAT_REFUSED)
