"""Counts and queries of the keys that stored tokens are encrypted with."""

from typing import Final

from django.db.models import Q, QuerySet

from accounts.codes import Problem
from accounts.encryption import PREFIX, CannotDecrypt, newest_prefix
from accounts.models import AsanaAccount, Revocation
from accounts.tokens.set_aside import read_revocation
from accounts.tokens.storage import Kind, read_token

KINDS: Final[tuple[Kind, ...]] = ("refresh_token", "access_token", "earlier_refresh_tokens")
FIELDS: Final = tuple(f"encrypted_{kind}" for kind in KINDS)


def rows_on_old_keys() -> int:
    """Count accounts and waiting revocations with a value that the newest key didn't encrypt."""
    return accounts_on_old_keys().count() + revocations_on_old_keys().count()


def rows_in_old_format() -> int:
    """Count accounts and waiting revocations with a value of the old format, readable or not."""
    accounts = AsanaAccount.objects.filter(_without(f"{PREFIX}.", *FIELDS))
    revocations = Revocation.objects.filter(_without(f"{PREFIX}.", "encrypted_refresh_token"))
    return accounts.count() + revocations.count()


def rows_to_rotate() -> int:
    """Count the rows that `rotate` is going to yield a result for."""
    return accounts_to_look_at().count() + revocations_on_old_keys().count()


def lost_rows() -> int:
    """Count the rows on old keys that none of TOKEN_KEYS decrypts: `rotate` can't help them."""
    accounts = map(_is_lost, accounts_on_old_keys().iterator())
    revocations = revocations_on_old_keys().iterator()
    return sum(accounts) + sum(token_of_revocation(row) is None for row in revocations)


def accounts_usable_again() -> int:
    """Count accounts marked as unreadable whose key is back: `rotate` makes them work again."""
    return sum(bool(_token(account, "refresh_token")) for account in _given_up().iterator())


def unreadable_rows() -> int:
    """Count the rows with a value that can't be decrypted.

    None of TOKEN_KEYS fits it, or it was copied from another row or column.
    """
    accounts = sum(map(_has_unreadable, AsanaAccount.objects.iterator()))
    revocations = Revocation.objects.iterator()
    return accounts + sum(token_of_revocation(row) is None for row in revocations)


def accounts_on_old_keys() -> QuerySet[AsanaAccount]:
    return AsanaAccount.objects.filter(_old(*FIELDS))


def revocations_on_old_keys() -> QuerySet[Revocation]:
    return Revocation.objects.filter(_old("encrypted_refresh_token"))


def accounts_to_look_at() -> QuerySet[AsanaAccount]:
    """Return the accounts on old keys, and those marked as unreadable: their key may be back."""
    return accounts_on_old_keys() | _given_up()


def _given_up() -> QuerySet[AsanaAccount]:
    return AsanaAccount.objects.filter(
        status=AsanaAccount.Status.NEEDS_RECONNECTING, last_error=Problem.TOKEN_UNREADABLE
    )


def _old(*fields: str) -> Q:
    """Match rows where one of the fields holds a value that `encrypt` would not return now.

    The newest key didn't encrypt it, or it is of the old format.
    """
    return _without(newest_prefix(), *fields)


def _without(prefix: str, *fields: str) -> Q:
    """Match rows where one of the fields holds a value with another prefix; an empty one has none.

    An empty value is no token and needs no key.
    """
    found = Q()
    for field in fields:
        found |= ~Q(**{field: ""}) & ~Q(**{f"{field}__startswith": prefix})
    return found


def tokens_of(account: AsanaAccount) -> dict[Kind, str | None]:
    """Return the stored tokens of an account, in the order of KINDS; None for an unreadable one."""
    return {kind: _token(account, kind) for kind in KINDS if value_of(account, kind)}


def decisive(tokens: dict[Kind, str | None]) -> str | None:
    """Return the token that decides whether an account is usable; None if it is unreadable.

    It is the refresh token if there is one, else the next of KINDS. `tokens` must not be empty.
    """
    return next(iter(tokens.values()))


def _is_lost(account: AsanaAccount) -> bool:
    return decisive(tokens_of(account)) is None


def value_of(account: AsanaAccount, kind: Kind) -> str:
    value: str = getattr(account, f"encrypted_{kind}")
    return value


def is_old(value: str) -> bool:
    return not value.startswith(newest_prefix())


def _token(account: AsanaAccount, kind: Kind) -> str | None:
    try:
        return read_token(account, kind)
    except CannotDecrypt:
        return None


def token_of_revocation(revocation: Revocation) -> str | None:
    try:
        return read_revocation(revocation)
    except CannotDecrypt:
        return None


def _has_unreadable(account: AsanaAccount) -> bool:
    return any(value_of(account, kind) and _token(account, kind) is None for kind in KINDS)
