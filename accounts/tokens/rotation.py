"""Everything under the newest of TOKEN_KEYS, row by row, while the site runs.

Each row is locked, looked at and written in a transaction of its own: a refresh at the same time
waits for it or is waited for, and nobody's newer token is overwritten.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.encryption import CannotDecrypt, decrypt, encrypt, newest_key_id
from accounts.models import AsanaAccount, AuditEntry, Revocation
from accounts.tokens.keeping import UNREADABLE, Kind, needs_reconnecting, place, stored
from accounts.tokens.revoking import place_of

BATCH: Final = 500
KINDS: Final[tuple[Kind, ...]] = ("refresh_token", "access_token", "earlier_refresh_tokens")


class Rotated(StrEnum):
    DONE = "encrypted anew"
    USABLE_AGAIN = "usable again"  # given up as unreadable before; its key is back
    UNREADABLE = "unreadable"  # no key of ours fits; it stays as it is
    BUSY = "busy"  # somebody else held on to it for too long
    UNCHANGED = "unchanged"  # gone by now, or somebody else has done it


def rows_on_old_keys() -> int:
    """Accounts and waiting revocations with a value that the newest key didn't encrypt."""
    return _accounts_on_old_keys().count() + _revocations_on_old_keys().count()


def rows_to_rotate() -> int:
    """Of how many `rotate` is going to tell."""
    return _accounts_to_look_at().count() + _revocations_on_old_keys().count()


def lost_rows() -> int:
    """Of the rows on old keys, those that no key of ours opens: `rotate` can't help them."""
    accounts = map(_is_lost, _accounts_on_old_keys().iterator())
    revocations = _revocations_on_old_keys().iterator()
    return sum(accounts) + sum(_revocation_token(row) is None for row in revocations)


def accounts_usable_again() -> int:
    """Given up as unreadable, but a key of ours opens them: `rotate` makes them work again."""
    return sum(bool(_token(account, "refresh_token")) for account in _given_up().iterator())


def rotate() -> Iterator[Rotated]:
    """Encrypt anew what is on an old key; tells what became of each row. Stop it where you like."""
    for pk in _pks(_accounts_to_look_at()):
        yield _locked(_rotate_account, AsanaAccount.objects.filter(pk=pk))
    for pk in _pks(_revocations_on_old_keys()):
        yield _locked(_rotate_revocation, Revocation.objects.filter(pk=pk))


def unreadable_rows() -> int:
    """How many hold a value that no key of ours opens, or that was put in the wrong place."""
    accounts = sum(map(_has_unreadable, AsanaAccount.objects.iterator()))
    revocations = Revocation.objects.iterator()
    return accounts + sum(_revocation_token(row) is None for row in revocations)


def _accounts_on_old_keys() -> QuerySet[AsanaAccount]:
    return AsanaAccount.objects.filter(_old(*(f"encrypted_{kind}" for kind in KINDS)))


def _revocations_on_old_keys() -> QuerySet[Revocation]:
    return Revocation.objects.filter(_old("encrypted_refresh_token"))


def _accounts_to_look_at() -> QuerySet[AsanaAccount]:
    """Those given up as unreadable as well: their key may be back."""
    return _accounts_on_old_keys() | _given_up()


def _given_up() -> QuerySet[AsanaAccount]:
    return AsanaAccount.objects.filter(
        status=AsanaAccount.Status.NEEDS_RECONNECTING, last_error=UNREADABLE
    )


def _old(*fields: str) -> Q:
    """An empty value is no token and needs no key."""
    found = Q()
    for field in fields:
        found |= ~Q(**{field: ""}) & ~Q(**{f"{field}__startswith": f"{newest_key_id()}."})
    return found


def _pks(rows: QuerySet[Any]) -> Iterator[int]:
    last = 0
    pks = rows.order_by("pk").values_list("pk", flat=True)
    while batch := list(pks.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1]


def _locked(rotate_row: Callable[[Any], Rotated], row: QuerySet[Any]) -> Rotated:
    try:
        with transaction.atomic():
            locked = row.select_for_update(of=("self",)).first()
            return Rotated.UNCHANGED if locked is None else rotate_row(locked)
    except OperationalError:
        row.exists()  # raises where the database is down, and not only the row busy
        return Rotated.BUSY


@sensitive_variables()
def _rotate_account(account: AsanaAccount) -> Rotated:
    tokens = _tokens(account)
    if not tokens:
        return Rotated.UNCHANGED
    if _decisive(tokens) is None:
        needs_reconnecting(account, UNREADABLE)
        return Rotated.UNREADABLE
    renewed = {
        f"encrypted_{kind}": _encrypted(token, place(account, kind))
        for kind, token in tokens.items()
        if _is_old(_value(account, kind))
    }
    usable_again = bool(tokens.get("refresh_token")) and _was_given_up(account)
    if usable_again:
        renewed |= {"status": AsanaAccount.Status.CONNECTED, "last_error": ""}
        audit.record(AuditEntry.Event.RECONNECTED, account=account, detail="Its key is back")
    if not renewed:
        return Rotated.UNCHANGED
    AsanaAccount.objects.filter(pk=account.pk).update(**renewed)
    return Rotated.USABLE_AGAIN if usable_again else Rotated.DONE


@sensitive_variables()
def _tokens(account: AsanaAccount) -> dict[Kind, str | None]:
    """Those it has; None for one that can't be read."""
    return {kind: _token(account, kind) for kind in KINDS if _value(account, kind)}


@sensitive_variables()
def _decisive(tokens: dict[Kind, str | None]) -> str | None:
    """Whether an account is usable hangs on its refresh token, if it has one; else on the next."""
    return next(iter(tokens.values()))


@sensitive_variables()
def _is_lost(account: AsanaAccount) -> bool:
    return _decisive(_tokens(account)) is None


def _was_given_up(account: AsanaAccount) -> bool:
    return account.needs_reconnecting and account.last_error == UNREADABLE


@sensitive_variables()
def _rotate_revocation(revocation: Revocation) -> Rotated:
    if not _is_old(revocation.encrypted_refresh_token):
        return Rotated.UNCHANGED
    token = _revocation_token(revocation)
    if token is None:
        return Rotated.UNREADABLE
    encrypted = encrypt(token, bound_to=place_of(revocation))
    Revocation.objects.filter(pk=revocation.pk).update(encrypted_refresh_token=encrypted)
    return Rotated.DONE


def _value(account: AsanaAccount, kind: Kind) -> str:
    value: str = getattr(account, f"encrypted_{kind}")
    return value


def _is_old(value: str) -> bool:
    return not value.startswith(f"{newest_key_id()}.")


@sensitive_variables()
def _encrypted(token: str | None, bound_to: str) -> str:
    """Of what can't be read beside a refresh token that can, nothing is left to be used."""
    return encrypt(token, bound_to=bound_to) if token is not None else ""


@sensitive_variables()
def _token(account: AsanaAccount, kind: Kind) -> str | None:
    try:
        return stored(account, kind)
    except CannotDecrypt:
        return None


@sensitive_variables()
def _revocation_token(revocation: Revocation) -> str | None:
    try:
        return decrypt(revocation.encrypted_refresh_token, bound_to=place_of(revocation))
    except CannotDecrypt:
        return None


def _has_unreadable(account: AsanaAccount) -> bool:
    return any(_value(account, kind) and _token(account, kind) is None for kind in KINDS)
