"""Steps of social-auth's pipeline: find and store the account by `sub`, never by e-mail address."""

from typing import Any, NoReturn, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import HttpRequest
from django.urls import reverse
from social_core.exceptions import AuthAssociationError, AuthResponseError, AuthSessionError

from accounts import audit, fresh_sign_in, tokens
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.oidc.authorization import OF_ONE_ACCOUNT
from accounts.sign_in import failures, messages
from accounts.sign_in.linking import granted_scope, link

Step = dict[str, Any] | None


def find_account(
    backend: AsanaOpenIdConnect, uid: str, user: User | None = None, **kwargs: Any
) -> Step:
    """Return the linked account and the user that it signs in.

    `user` is the one who is signed in here already, if any. Raises AuthAssociationError if the
    account is not the one expected or is linked to another user, so that no account is linked
    without being asked for; AuthSessionError if another user is signed in than at the start.
    """
    account = AsanaAccount.objects.select_related("user").filter(gid=uid).first()
    backend.found = account
    if backend.authorization.kind == "sign_in":
        if user is not None and (account is None or account.user_id != user.pk):
            _refuse(backend, "another_person")
        return {"social": account, "user": account.user if account else None}
    if user is None or user.pk != backend.authorization.user_id:
        raise AuthSessionError(backend, code="user_mismatch", stage="pipeline")
    if backend.authorization.kind == "confirm":
        _check_confirmation(backend, account, user)
    elif backend.authorization.kind in OF_ONE_ACCOUNT:
        _check_account(backend, account, uid)
    if account and account.user_id != user.pk:
        _refuse(backend, "identity_in_use")
    return {"social": account, "user": user}


def _check_account(backend: AsanaOpenIdConnect, account: AsanaAccount | None, uid: str) -> None:
    if uid != backend.authorization.gid:
        _refuse(backend, "another_account")
    if account is None:  # disconnected meanwhile, in another tab
        _refuse(backend, "no_longer_linked")


def _check_confirmation(
    backend: AsanaOpenIdConnect, account: AsanaAccount | None, user: User
) -> None:
    if account is None or account.user_id != user.pk:
        _refuse(backend, "another_account")
    if fresh_sign_in.is_too_old(backend.id_token or {}):
        _refuse(backend, "not_recent")


def _refuse(backend: AsanaOpenIdConnect, code: str) -> NoReturn:
    raise AuthAssociationError(backend, code=code, stage="pipeline")


def store_account(
    backend: AsanaOpenIdConnect,
    uid: str,
    response: dict[str, Any],
    user: User | None = None,
    social: AsanaAccount | None = None,
    **kwargs: Any,
) -> Step:
    """Store the account and its tokens, and add a message for the user.

    1. Refuse an inactive user: nothing is stored.
    2. If a narrower grant was asked for, check that it is one.
    3. Link the account (`linking.link`).
    4. Revoke the wider grant that was replaced.

    Raises AuthSessionError if the sign-in was finished twice, or the account or the user was
    deleted meanwhile; AuthResponseError and AuthAssociationError for a grant that isn't narrower.
    """
    request = cast("HttpRequest", getattr(backend.strategy, "request", None))
    if user is not None and not user.is_active:
        audit.refused(request, user, failures.INACTIVE.detail)
        return {"social": social, "user": user, "is_new": False}
    if backend.authorization.kind == "narrow":
        _check_narrower(backend, response)
    try:
        linked = link(
            uid,
            response,
            authorization=backend.authorization,
            nonce_hash=backend.nonce_hash,
            known=social,
            user=user,
            request=request,
        )
    except (IntegrityError, ObjectDoesNotExist) as error:  # finished twice; deleted in another tab
        raise AuthSessionError(backend, code="state_mismatch", stage="pipeline") from error
    backend.issued = None
    outcome = tokens.revoke_together(linked.revocations)
    if user is not None and backend.authorization.kind in {"sign_in", "confirm"}:
        _note_confirmation(backend, linked.account, request)
    messages.say_linked(request, backend.authorization, linked, outcome)
    if backend.authorization.kind == "connect" and linked.changed_nothing:
        page = reverse("accounts:connected_already", args=[linked.account.pk])
        backend.strategy.session_set("next", page)
    return {"social": linked.account, "user": linked.account.user, "is_new": user is None}


def _note_confirmation(
    backend: AsanaOpenIdConnect, account: AsanaAccount, request: HttpRequest
) -> None:
    """Note that somebody who is signed in here has signed in again, with an account of theirs."""
    if not request.user.is_authenticated:  # the sign-in itself is noted when they are logged in
        return
    fresh_sign_in.renew(request)
    if backend.authorization.kind == "confirm":
        audit.record(
            AuditEntry.Event.CONFIRMED,
            account=account,
            request=request,
            detail=Detail.WITH_ASANA,
        )


def discard_grant(backend: AsanaOpenIdConnect) -> None:
    """Revoke the grant of a failed sign-in, if it is known which account it is for.

    The grant of a linked account is not revoked: that could end the one in use, too.
    """
    issued, backend.issued = backend.issued, None
    if issued and backend.sub and not AsanaAccount.objects.filter(gid=backend.sub).exists():
        tokens.discard(issued)


def _check_narrower(backend: AsanaOpenIdConnect, response: dict[str, Any]) -> None:
    """Raise an error unless a grant can replace a wider one.

    It needs a refresh token (else AuthResponseError), and must not allow changing tasks (else
    AuthAssociationError).
    """
    if not response.get("refresh_token"):
        raise AuthResponseError(
            backend, claim="refresh_token", code="missing_claim", stage="pipeline"
        )
    if AsanaAccount(scope=granted_scope(response, backend.authorization)).may_write:
        raise AuthAssociationError(backend, code="still_wide", stage="pipeline")
