"""How long ago somebody last proved who they are: what lasts asks for a fresh sign-in.

A stolen session must not become lasting access. The time is kept in the session; one without it is
older than any limit.
"""

import time
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest

from accounts.models import User

KEY: Final = "signed_in_at"
SECONDS: Final = 10 * 60
LEEWAY: Final = 60  # between Asana's clock and ours
SALT: Final = "accounts.fresh_sign_in"
PROOF_SECONDS: Final = 30 * 60


def note(request: HttpRequest) -> None:
    request.session[KEY] = time.time()


def renew(request: HttpRequest) -> None:
    """Note that the user has proved again who they are; end the session under its old key.

    Whoever has stolen the key is left outside.
    """
    request.session.cycle_key()
    note(request)


def is_fresh(request: HttpRequest) -> bool:
    return bool(0 <= time.time() - request.session.get(KEY, 0) <= SECONDS)


def is_too_old(claims: dict[str, Any]) -> bool:
    """Tell whether an ID token says that its person last signed in at the provider too long ago.

    `auth_time` is believed only if it is present: Asana does not document it.
    """
    at = claims.get("auth_time")
    return isinstance(at, int | float) and time.time() - at > SECONDS + LEEWAY


def proof_of(user: User) -> str:
    """Return a proof for a mail: whoever reads the user's mail is the user."""
    return signing.dumps(user.pk, salt=SALT)


def is_proof(proof: str, user: User) -> bool:
    try:
        return bool(signing.loads(proof, salt=SALT, max_age=PROOF_SECONDS) == user.pk)
    except signing.BadSignature:
        return False
