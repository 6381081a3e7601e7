"""The end of a sign-in: from a verified `sub` to a stored account. Never by e-mail address."""

import re
import secrets
from typing import Any, cast

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from social_core.exceptions import AuthAssociationError, AuthSessionError

from accounts import tokens
from accounts.backends import AsanaOpenIdConnect
from accounts.models import AsanaAccount, User

Step = dict[str, Any] | None


def find_account(
    backend: AsanaOpenIdConnect, uid: str, user: User | None = None, **kwargs: Any
) -> Step:
    """The linked account and whom it lets in; refused where it would be attached in silence.

    `user` is who is signed in here already, if anybody.
    """
    account = AsanaAccount.objects.select_related("user").filter(gid=uid).first()
    if backend.purpose.kind != "sign_in":
        if user is None or user.pk != backend.purpose.user_id:
            raise AuthSessionError(backend, code="user_mismatch", stage="pipeline")
        if backend.purpose.kind == "widen" and uid != backend.purpose.gid:
            raise AuthAssociationError(backend, code="another_account", stage="pipeline")
        if account and account.user_id != user.pk:
            raise AuthAssociationError(backend, code="identity_in_use", stage="pipeline")
        return {"social": account, "user": user}
    if user is not None and (account is None or account.user_id != user.pk):
        raise AuthAssociationError(backend, code="another_person", stage="pipeline")
    return {"social": account, "user": account.user if account else None}


def store_account(
    backend: AsanaOpenIdConnect,
    uid: str,
    response: dict[str, Any],
    user: User | None = None,
    social: AsanaAccount | None = None,
    **kwargs: Any,
) -> Step:
    """Keep who it is and what it lets us do; a new person gets a user, in the same transaction."""
    is_new = user is None
    if user is not None and not user.is_active:
        return {"social": social, "user": user, "is_new": False}
    granted = _text(response.get("scope"), 1000) or " ".join(backend.purpose.scopes)
    keeps_wider = social is not None and _wider_grant_works(social, granted)
    try:
        with transaction.atomic():
            user = user or _create_user(uid, response)
            account = social or AsanaAccount(gid=uid, user=user)
            account.name = _text(response.get("name"), 255)
            account.email = _text(response.get("email"), 254)
            account.picture_url = _picture_url(response.get("picture"))
            if keeps_wider:
                account.save(update_fields=["name", "email", "picture_url"])
            else:
                account.scope = granted
                tokens.store(account, response)
    except IntegrityError as error:  # the same sign-in finished twice at the same time
        raise AuthSessionError(backend, code="state_mismatch", stage="pipeline") from error
    if backend.purpose.kind == "connect":
        what = "is connected" if social is None else "was connected already, and works"
        request = cast("HttpRequest", getattr(backend.strategy, "request", None))
        messages.success(request, f"{account.display_name} {what}.")
    return {"social": account, "user": user, "is_new": is_new}


def _wider_grant_works(account: AsanaAccount, granted: str) -> bool:
    """Whether to keep the tokens we have: they may do more than the new ones, and still work.

    A plain sign-in asks for the least. Whether Asana lets an earlier, wider grant live on beside it
    is not documented, so the earlier one is tried; what it can still do, nobody has to be asked for
    again. The new tokens are then left to expire: revoking them could end the wider grant too.
    Trying it commits what it finds, so it is done before anything is stored.
    """
    return account.may_write and not AsanaAccount(scope=granted).may_write and tokens.renew(account)


def _create_user(gid: str, response: dict[str, Any]) -> User:
    email = _text(response.get("email"), 254)
    user = User(name=_text(response.get("name"), 255), email=email, username=_username(gid, email))
    user.set_unusable_password()
    user.save()
    return user


def _username(gid: str, email: str) -> str:
    """The e-mail's local part, which administrators can read; with the gid where it is taken.

    With random letters where that is taken too: nobody can keep another person out by a name.
    """
    local_part = re.sub(r"[^\w.+-]", "", User.normalize_username(email.partition("@")[0]))[:100]
    named = [local_part] if local_part not in {"", "asana"} else []
    for username in (*named, f"{local_part or 'asana'}-{gid}"[:150]):
        if not User.objects.filter(username__iexact=username).exists():
            return username
    return f"{local_part or 'asana'}-{secrets.token_hex(8)}"


def _text(value: Any, length: int) -> str:
    """What a database column can hold of a claim, whatever the provider sent."""
    if not isinstance(value, str):
        return ""
    storable = value.encode(errors="ignore").decode()  # JSON can hold half a character
    return storable.replace("\0", "").strip()[:length]


def _picture_url(value: Any) -> str:
    url = _text(value, 2001)
    return url if len(url) <= 2000 and url.startswith(("https://", "http://")) else ""
