"""What an account that goes leaves behind: a row for each grant that Asana has still to end."""

from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.codes import Problem
from accounts.encryption import CannotDecrypt, encrypt
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.tokens.storage import earlier_refresh_tokens, read_token


def set_aside_for_revocation(account: AsanaAccount, *, user: User | None) -> list[Revocation]:
    """Move every refresh token of an account that is about to go, or to get a new one, to a
    Revocation of its own; return these rows.

    Without `user` the rows name nobody: that person is about to go too. Of a token that can't be
    read the row is not saved: the grant may be alive, and `revoke` says that we can't end it.
    """
    name = account.asana_name if user else ""
    revocations = [_taken_out(account, user, name)] if account.encrypted_refresh_token else []
    if account.encrypted_earlier_refresh_tokens:
        revocations += _earlier_taken_out(account, user, name)
    if revocations:
        account.encrypted_refresh_token = account.encrypted_earlier_refresh_tokens = ""
        account.save(update_fields=["encrypted_refresh_token", "encrypted_earlier_refresh_tokens"])
    return revocations


def _earlier_taken_out(account: AsanaAccount, user: User | None, name: str) -> list[Revocation]:
    name = f"{name} (an earlier sign-in)" if name else ""
    earlier = earlier_refresh_tokens(account)
    if not earlier:
        return [_given_up(_of(account, user, name))]
    return [_saved(_of(account, user, name), token) for token in earlier]


def _taken_out(account: AsanaAccount, user: User | None, name: str) -> Revocation:
    """Its refresh token, or a row that isn't saved, and an entry in the history."""
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
    """Return what finds the revocations of an Asana account without naming it."""
    # The salt names a module of before 0.9.0: rows hold hashes made with it.
    return salted_hmac("accounts.tokens.revoking", gid, algorithm="sha256").hexdigest()


def revocation_binding(revocation: Revocation) -> str:
    """What its token is bound to."""
    return f"revocation:{revocation.reference}:refresh_token"
