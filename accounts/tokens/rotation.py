"""Key rotation: every token encrypted under the newest of TOKEN_KEYS, while the site runs.

Each row is locked, read and written in a transaction of its own: a refresh at the same time waits
for it, or the rotation waits for the refresh, and no newer token is overwritten.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.codes import Detail, Problem
from accounts.encryption import encrypt
from accounts.models import AsanaAccount, AuditEntry, Revocation
from accounts.tokens import formats
from accounts.tokens.key_usage import (
    accounts_to_look_at,
    decisive,
    is_old,
    revocations_on_old_keys,
    rows_in_old_format,
    token_of_revocation,
    tokens_of,
    value_of,
)
from accounts.tokens.set_aside import revocation_binding
from accounts.tokens.storage import (
    mark_needs_reconnecting,
    note_unreadable_grant,
    token_binding,
)

BATCH: Final = 500
CONNECTED: Final[dict[str, Any]] = {
    "status": AsanaAccount.Status.CONNECTED,
    "last_error": "",
    "last_error_args": {},
}


class Rotated(StrEnum):
    DONE = "done"  # encrypted anew
    USABLE_AGAIN = "usable_again"  # was marked as unreadable; its key is back
    UNREADABLE = "unreadable"  # none of TOKEN_KEYS fits; the tokens stay as they are
    BUSY = "busy"  # another transaction held its lock for too long
    UNCHANGED = "unchanged"  # deleted meanwhile, or done by another process


def rotate() -> Iterator[Rotated]:
    """Encrypt anew what is on an old key or in the old format; yield the result of each row.

    At the end, the old format is refused if no row is left in it. Safe to interrupt.
    """
    for pk in _pks(accounts_to_look_at()):
        yield _locked(_rotate_account, AsanaAccount.objects.filter(pk=pk))
    for pk in _pks(revocations_on_old_keys()):
        yield _locked(_rotate_revocation, Revocation.objects.filter(pk=pk))
    if not rows_in_old_format():
        formats.refuse_old()


def _pks(rows: QuerySet[Any]) -> Iterator[int]:
    last = 0
    pks = rows.order_by("pk").values_list("pk", flat=True)
    while batch := list(pks.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1]


def _locked(rotate_row: Callable[[Any], Rotated], row: QuerySet[Any]) -> Rotated:
    try:
        with transaction.atomic():
            locked = row.select_for_update(of=("self",)).first()  # order: locks.py, 3 or 4
            return Rotated.UNCHANGED if locked is None else rotate_row(locked)
    except OperationalError:
        row.exists()  # raises if the database is down; else only the row was locked
        return Rotated.BUSY


def _rotate_account(account: AsanaAccount) -> Rotated:
    tokens = tokens_of(account)
    if not tokens:
        return Rotated.UNCHANGED
    if decisive(tokens) is None:
        mark_needs_reconnecting(account, Problem.TOKEN_UNREADABLE)
        return Rotated.UNREADABLE
    renewed = {
        f"encrypted_{kind}": _encrypted(token, token_binding(account, kind))
        for kind, token in tokens.items()
        if is_old(value_of(account, kind))
    }
    usable_again = bool(tokens.get("refresh_token")) and _was_given_up(account)
    if usable_again:
        renewed |= CONNECTED
        audit.record(AuditEntry.Event.RECONNECTED, account=account, detail=Detail.KEY_IS_BACK)
    if not renewed:
        return Rotated.UNCHANGED
    if tokens.get("earlier_refresh_tokens", "") is None:
        note_unreadable_grant(account)
    AsanaAccount.objects.filter(pk=account.pk).update(**renewed)
    return Rotated.USABLE_AGAIN if usable_again else Rotated.DONE


def _was_given_up(account: AsanaAccount) -> bool:
    return account.needs_reconnecting and account.last_error == Problem.TOKEN_UNREADABLE


def _rotate_revocation(revocation: Revocation) -> Rotated:
    if not is_old(revocation.encrypted_refresh_token):
        return Rotated.UNCHANGED
    token = token_of_revocation(revocation)
    if token is None:
        return Rotated.UNREADABLE
    encrypted = encrypt(token, bound_to=revocation_binding(revocation))
    Revocation.objects.filter(pk=revocation.pk).update(encrypted_refresh_token=encrypted)
    return Rotated.DONE


def _encrypted(token: str | None, bound_to: str) -> str:
    """Return a token encrypted with the newest key; "" for an unreadable one.

    The decisive token is readable here: a refresh replaces the access token, and that an earlier
    grant is lost is recorded (`note_unreadable_grant`).
    """
    return encrypt(token, bound_to=bound_to) if token is not None else ""
