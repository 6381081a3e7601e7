"""Refresh tokens set aside when their account goes: a Revocation for each grant."""

from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.codes import Problem
from accounts.encryption import CannotDecrypt, encrypt
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.tokens import formats
from accounts.tokens.storage import earlier_refresh_tokens, read_token


def set_aside_for_revocation(account: AsanaAccount, *, user: User | None) -> list[Revocation]:
    """Move each refresh token of an account to a Revocation; return these rows.

    The account is about to be deleted, or to get a new refresh token. Without `user` the rows name
    nobody: the user is about to be deleted too. The row of an unreadable token is returned, but not
    saved: the grant may be alive, and `revoke` returns GIVEN_UP for it.
    """
    name = account.asana_name if user else ""
    revocations = [_taken_out(account, user, name)] if account.encrypted_refresh_token else []
    if account.encrypted_earlier_refresh_tokens:
        revocations += _earlier_taken_out(account, user, name)
    if revocations:
        account.encrypted_refresh_token = account.encrypted_earlier_refresh_tokens = ""
        account.save(update_fields=["encrypted_refresh_token", "encrypted_earlier_refresh_tokens"])
    return revocations


def set_aside_token(account: AsanaAccount, token: str) -> None:
    """Keep a refresh token to be revoked that nobody has a use for; its row names nobody."""
    _saved(_of(account, None, ""), token)


def _earlier_taken_out(account: AsanaAccount, user: User | None, name: str) -> list[Revocation]:
    name = f"{name} (an earlier sign-in)" if name else ""
    earlier = earlier_refresh_tokens(account)
    if not earlier:
        return [_given_up(_of(account, user, name))]
    return [_saved(_of(account, user, name), token) for token in earlier]


def _taken_out(account: AsanaAccount, user: User | None, name: str) -> Revocation:
    """Return a saved row with the refresh token, or an unsaved one and an audit entry."""
    revocation = _of(account, user, name)
    try:
        return _saved(revocation, read_token(account, "refresh_token"))
    except CannotDecrypt:
        return _given_up(revocation)


def _given_up(revocation: Revocation) -> Revocation:
    audit.record(
        AuditEntry.Event.REVOCATION_GIVEN_UP,
        user=revocation.user,
        account_name=revocation.account_name,
        detail=Problem.TOKEN_UNREADABLE,
    )
    return revocation


def _of(account: AsanaAccount, user: User | None, name: str) -> Revocation:
    gid_hash = account_hash(account.gid)
    return Revocation(user=user, account_name=name[:255], account_hash=gid_hash)


def _saved(revocation: Revocation, token: str) -> Revocation:
    revocation.encrypted_refresh_token = encrypt(token, bound_to=revocation_binding(revocation))
    revocation.save()
    return revocation


def account_hash(gid: str) -> str:
    """Return a hash that finds the revocations of an Asana account without naming it."""
    # The salt names a module from before 0.9.0: rows hold hashes made with it.
    return salted_hmac("accounts.tokens.revoking", gid, algorithm="sha256").hexdigest()


def read_revocation(revocation: Revocation) -> str:
    """Return the refresh token of a revocation in clear. Raises CannotDecrypt."""
    place = revocation_binding(revocation)
    return formats.read(revocation.encrypted_refresh_token, bound_to=place, formerly=place)


def revocation_binding(revocation: Revocation) -> str:
    """Return what the token of a revocation is bound to in `encrypt`.

    No person: it outlives its user, and is of no use but to be revoked.
    """
    return f"revocation:{revocation.reference}:refresh_token"
