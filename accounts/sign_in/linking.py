"""Storage of an account, its tokens and its user after a sign-in that worked.

All of it happens in one transaction, without a request to Asana.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, tokens
from accounts.codes import Detail
from accounts.locks import lock_account, lock_user
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.oidc.authorization import AuthorizationRequest
from accounts.oidc.profile import picture_url, storable_text
from accounts.sign_in.new_users import create_user

Event = AuditEntry.Event
PROFILE_FIELDS: Final = ["name", "email", "picture_url"]


@dataclass
class Linked:
    """A stored account, and its state before."""

    account: AsanaAccount
    is_new: bool = False  # it was not linked to anybody
    was_broken: bool = False
    could_write: bool = False
    could_read_custom_fields: bool = False
    revocations: Sequence[Revocation] = ()  # of the wider grant that was replaced

    @property
    def changed_nothing(self) -> bool:
        return not (self.is_new or self.was_broken)


def link(  # noqa: PLR0913
    gid: str,
    response: Mapping[str, Any],
    *,
    authorization: AuthorizationRequest,
    nonce_hash: str,
    known: AsanaAccount | None,
    user: User | None,
    request: HttpRequest,
) -> Linked:
    """Store an account and its tokens after a sign-in; create a user for somebody new.

    1. Find out, before the transaction, whether a wider grant that we hold still works.
    2. Lock the user or create one, then lock the account (order: locks.py).
    3. Keep a working wider grant, and store the new refresh token beside it; else replace the
       tokens, and keep or set aside the old refresh token.
    4. Drop the revocations that wait for an account that is new here.
    5. Write it into the history.

    Raises DoesNotExist if the account or the user was deleted meanwhile, and IntegrityError if the
    same sign-in is finished twice at the same time.
    """
    granted = granted_scope(response, authorization)
    keeps_wider = authorization.kind != "narrow" and known and _wider_grant_works(known, granted)
    with transaction.atomic():
        linked = _linked(gid, lock_user(user.pk) if user else create_user(gid, response), known)
        account = linked.account
        account.name = storable_text(response.get("name"), 255)
        account.email = storable_text(response.get("email"), 254)
        account.picture_url = picture_url(response.get("picture"))
        if keeps_wider and not account.needs_reconnecting:
            account.save(update_fields=PROFILE_FIELDS)
            tokens.add_earlier_refresh_token(account, response.get("refresh_token"))
        else:
            if authorization.kind == "narrow":
                linked.revocations = tokens.set_aside_for_revocation(account, user=account.user)
            elif not linked.is_new:
                tokens.add_replaced_refresh_token(account, response)
            account.scope, account.nonce_hash = granted, nonce_hash
            tokens.store(account, response)
        if linked.is_new:
            _drop_revocations(account)
        _write_down(linked, authorization, request)
    return linked


def granted_scope(response: Mapping[str, Any], authorization: AuthorizationRequest) -> str:
    """Return the scope of a token response, or else the scope asked for (RFC 6749 5.1)."""
    return storable_text(response.get("scope"), 1000) or " ".join(authorization.scopes)


def _linked(gid: str, user: User, known: AsanaAccount | None) -> Linked:
    """Return the account as it is now, locked, or a new one.

    It may have been refreshed, labelled or disconnected meanwhile. Raises DoesNotExist.
    """
    if known is None:
        return Linked(AsanaAccount(gid=gid, user=user), is_new=True)
    account = lock_account(known.pk)
    if account.user_id != user.pk:
        raise AsanaAccount.DoesNotExist
    account.user = user  # already loaded: it may be deleted before it is read
    return Linked(
        account,
        was_broken=account.needs_reconnecting,
        could_write=account.may_write,
        could_read_custom_fields=account.may_read_custom_fields,
    )


def _wider_grant_works(account: AsanaAccount, granted: str) -> bool:
    """Tell whether to keep the stored tokens: they may do more than the new ones, and still work.

    A plain sign-in asks for the narrowest grant. It is not documented whether Asana keeps an
    earlier, wider grant beside it, so we try it by refreshing: if it works, the user need not be
    asked for it again. The new tokens are then stored beside it and not revoked, which could end
    the wider grant too. Refreshing commits its result, so it comes before the transaction.
    """
    return AsanaAccount(scope=granted).wider < account.wider and tokens.grant_works(account)


def _drop_revocations(account: AsanaAccount) -> None:
    """Delete revocations that wait from the time when an account was linked before.

    It is not documented whether they would end the new grant, too. They are recorded in the history
    of the user who had linked it: that may be another user, or one who is deleted.
    """
    waiting = Revocation.objects.filter(account_hash=tokens.account_hash(account.gid))
    for revocation in waiting.select_for_update():  # order: locks.py, 4
        audit.record(
            Event.REVOCATION_GIVEN_UP,
            user=revocation.user,
            account=account if revocation.user == account.user else None,
            account_name=revocation.account_name,
            detail=Detail.CONNECTED_AGAIN,
        )
        revocation.delete()


def _write_down(linked: Linked, authorization: AuthorizationRequest, request: HttpRequest) -> None:
    account = linked.account
    happened = {
        Event.CONNECTED: linked.is_new,
        Event.RECONNECTED: linked.was_broken and not account.needs_reconnecting,
        Event.PERMISSIONS_WIDENED: account.may_write and not (linked.could_write or linked.is_new),
        Event.CUSTOM_FIELDS_ALLOWED: account.may_read_custom_fields
        and not (linked.could_read_custom_fields or linked.is_new),
        Event.PERMISSIONS_GIVEN_UP: bool(linked.revocations)
        or (linked.could_write and not account.may_write),
    }
    for event, has_happened in happened.items():
        if has_happened:
            audit.record(
                event,
                account=account,
                actor=account.user,
                request=request,
                fingerprint=tokens.fingerprint(account),
            )
