"""Which key each stored token needs: counted, and read where a key of ours opens it."""

from typing import Final

from django.db.models import Q, QuerySet

from accounts.codes import Problem
from accounts.encryption import CannotDecrypt, decrypt, newest_key_id
from accounts.models import AsanaAccount, Revocation
from accounts.tokens.set_aside import revocation_binding
from accounts.tokens.storage import Kind, read_token

KINDS: Final[tuple[Kind, ...]] = ("refresh_token", "access_token", "earlier_refresh_tokens")


def rows_on_old_keys() -> int:
    """Accounts and waiting revocations with a value that the newest key didn't encrypt."""
    return accounts_on_old_keys().count() + revocations_on_old_keys().count()


def rows_to_rotate() -> int:
    """Of how many `rotate` is going to tell."""
    return accounts_to_look_at().count() + revocations_on_old_keys().count()


def lost_rows() -> int:
    """Of the rows on old keys, those that no key of ours opens: `rotate` can't help them."""
    accounts = map(_is_lost, accounts_on_old_keys().iterator())
    revocations = revocations_on_old_keys().iterator()
    return sum(accounts) + sum(token_of_revocation(row) is None for row in revocations)


def accounts_usable_again() -> int:
    """Given up as unreadable, but a key of ours opens them: `rotate` makes them work again."""
    return sum(bool(_token(account, "refresh_token")) for account in _given_up().iterator())


def unreadable_rows() -> int:
    """How many hold a value that no key of ours opens, or that was put in the wrong place."""
    accounts = sum(map(_has_unreadable, AsanaAccount.objects.iterator()))
    revocations = Revocation.objects.iterator()
    return accounts + sum(token_of_revocation(row) is None for row in revocations)


def accounts_on_old_keys() -> QuerySet[AsanaAccount]:
    return AsanaAccount.objects.filter(_old(*(f"encrypted_{kind}" for kind in KINDS)))


def revocations_on_old_keys() -> QuerySet[Revocation]:
    return Revocation.objects.filter(_old("encrypted_refresh_token"))


def accounts_to_look_at() -> QuerySet[AsanaAccount]:
    """Those given up as unreadable as well: their key may be back."""
    return accounts_on_old_keys() | _given_up()


def _given_up() -> QuerySet[AsanaAccount]:
    return AsanaAccount.objects.filter(
        status=AsanaAccount.Status.NEEDS_RECONNECTING, last_error=Problem.TOKEN_UNREADABLE
    )


def _old(*fields: str) -> Q:
    """An empty value is no token and needs no key."""
    found = Q()
    for field in fields:
        found |= ~Q(**{field: ""}) & ~Q(**{f"{field}__startswith": f"{newest_key_id()}."})
    return found


def tokens_of(account: AsanaAccount) -> dict[Kind, str | None]:
    """Those it has; None for one that can't be read."""
    return {kind: _token(account, kind) for kind in KINDS if value_of(account, kind)}


def decisive(tokens: dict[Kind, str | None]) -> str | None:
    """Whether an account is usable hangs on its refresh token, if it has one; else on the next."""
    return next(iter(tokens.values()))


def _is_lost(account: AsanaAccount) -> bool:
    return decisive(tokens_of(account)) is None


def value_of(account: AsanaAccount, kind: Kind) -> str:
    value: str = getattr(account, f"encrypted_{kind}")
    return value


def is_old(value: str) -> bool:
    return not value.startswith(f"{newest_key_id()}.")


def _token(account: AsanaAccount, kind: Kind) -> str | None:
    try:
        return read_token(account, kind)
    except CannotDecrypt:
        return None


def token_of_revocation(revocation: Revocation) -> str | None:
    try:
        return decrypt(revocation.encrypted_refresh_token, bound_to=revocation_binding(revocation))
    except CannotDecrypt:
        return None


def _has_unreadable(account: AsanaAccount) -> bool:
    return any(value_of(account, kind) and _token(account, kind) is None for kind in KINDS)
