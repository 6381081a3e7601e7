"""The user of somebody who signs in for the first time."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.oidc.profile import storable_text


def create_user(gid: str, claims: Mapping[str, Any]) -> User:
    email = storable_text(claims.get("email"), 254)
    user = User(
        name=storable_text(claims.get("name"), 255), email=email, username=_username(gid, email)
    )
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # another sign-in took that name meanwhile
        user.username = _username(gid, email)
        user.save()
    return user


def _username(gid: str, email: str) -> str:
    """Return a username that is not taken.

    1. The local part of the e-mail address, which administrators can recognise.
    2. If it is taken, empty, or `asana`: the same, or `asana`, with the gid.
    3. If that is taken too: with random letters. Nobody can lock others out by taking a name.
    """
    local_part = re.sub(r"[^\w.+-]", "", User.normalize_username(email.partition("@")[0]))[:100]
    named = [local_part] if local_part not in {"", "asana"} else []
    for username in (*named, f"{local_part or 'asana'}-{gid}"[:150]):
        if not User.objects.filter(username__iexact=username).exists():
            return username
    return f"{local_part or 'asana'}-{secrets.token_hex(8)}"
