"""A record of what an Asana app really returns, for `asana_doctor --sign-in`.

It holds names and kinds only, never the value of a token or of a claim. All of it comes from
outside and is recorded before it is checked: nothing in it may be able to break a sign-in.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Self

from django.utils import timezone
from social_core.exceptions import SocialAuthBaseException

from accounts.models import AsanaAccount, WatchedSignIn
from accounts.oidc.provider_errors import code_of

MAX_NAMES: Final = 40
MAX_NAME_LENGTH: Final = 40
EARLY: Final = ("begin", "callback")
DENY: Final = "authorization_declined"

_refreshes: ContextVar[list[dict[str, Any]] | None] = ContextVar("refreshes", default=None)


class SignInRecorder:
    """Recorder of one sign-in. Without a `row` it records nothing."""

    def __init__(self, row: WatchedSignIn | None = None) -> None:
        self._row = row
        self._seen: dict[str, Any] = {}

    @classmethod
    def begun(cls) -> Self:
        """Return a recorder for the newest sign-in that the doctor waits for, if there is one.

        This query is all that recording costs other sign-ins.
        """
        now = timezone.now()
        return cls(WatchedSignIn.objects.filter(ends_at__gt=now).order_by("-pk").first())

    def token_response(self, response: Any, asked: list[str]) -> None:
        if self._row is not None:
            self._seen["token_response"] = describe_token_response(response, asked)

    def userinfo(self, claims: Any) -> None:
        if self._row is not None:
            self._seen["userinfo"] = _names(claims)

    def ended(self, *, account: AsanaAccount | None = None, error: Exception | None = None) -> None:
        """Store the record, with the account that has signed in or the error that refused it."""
        if self._row is None:
            return
        if error is not None:
            self._seen["refused"] = _refusal(error)
        row = WatchedSignIn.objects.filter(pk=self._row.pk)
        row.update(seen=self._seen, account=account, ends_at=timezone.now())


def note_early_end(error: Exception) -> None:
    """Record the error of a sign-in that ended before a token was requested.

    The row is looked up only now, so that other sign-ins cost no query. A Deny is not recorded: the
    doctor keeps waiting for a sign-in that is allowed.
    """
    if isinstance(error, SocialAuthBaseException) and error.stage in EARLY and error.code != DENY:
        SignInRecorder.begun().ended(error=error)


@contextmanager
def record_refreshes() -> Iterator[list[dict[str, Any]]]:
    """Collect descriptions of the token responses to refreshes in this context."""
    noted: list[dict[str, Any]] = []
    token = _refreshes.set(noted)
    try:
        yield noted
    finally:
        _refreshes.reset(token)


def note_refresh(response: Any) -> None:
    noted = _refreshes.get()
    if noted is not None:
        noted.append(describe_token_response(response, []))


def describe_token_response(response: Any, asked: list[str]) -> dict[str, Any]:
    """Return a description of a token response, without a value of a token or a claim."""
    if not isinstance(response, Mapping):
        return {"names": [], "kind": type(response).__name__}
    return {
        "names": _names(response),
        "token_type": _one_of(response.get("token_type"), "bearer"),
        "expires_in": _seconds(response.get("expires_in")),
        **_scopes(response.get("scope"), asked),
        "refresh_token": bool(response.get("refresh_token")),
        "id_token": _id_token(response.get("id_token")),
    }


def _id_token(token: Any) -> dict[str, Any] | None:
    if token is None:
        return None
    header, claims = _part(token, 0), _part(token, 1)
    if header is None or claims is None:
        return {"readable": False}
    return {
        "readable": True,
        "alg": _printable(header.get("alg")),
        "kid": "kid" in header,
        "claims": _names(claims),
    }


def _part(token: Any, number: int) -> dict[str, Any] | None:
    """Return a part of a JWT whose signature nobody has checked; None if it is unreadable."""
    try:
        part = str(token)[: 64 * 1024].split(".")[number]
        content = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _refusal(error: Exception) -> dict[str, str]:
    if not isinstance(error, SocialAuthBaseException):
        return {"error": type(error).__name__}
    about = ("code", "claim", "parameter", "stage")
    noted = {name: _printable(getattr(error, name)) for name in about}
    return noted | {"provider_code": code_of(error)}


def _names(content: Any) -> list[str]:
    names = list(content)[:MAX_NAMES] if isinstance(content, Mapping) else []
    return sorted(_printable(name) for name in names)


def _printable(text: Any) -> str:
    return "".join(letter for letter in str(text or "") if letter.isprintable())[:MAX_NAME_LENGTH]


def _one_of(value: Any, *known: str) -> str:
    if value is None:
        return "absent"
    return str(value).lower() if str(value).lower() in known else "another"


def _seconds(value: Any) -> int | str:
    if value is None:
        return "absent"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value < 10**9 else "not a number of seconds"


def _scopes(value: Any, asked: list[str]) -> dict[str, Any]:
    if not isinstance(value, str):
        return {"scope": "absent" if value is None else "not text"}
    missing, others = set(asked) - set(value.split()), set(value.split()) - set(asked)
    return {
        "scope": "differs from what was asked" if missing or others else "as asked",
        "missing_scopes": sorted(missing),
        "other_scopes": sorted({_scope(each) for each in others})[:MAX_NAMES],
    }


def _scope(name: str) -> str:
    """Return a scope if it looks like one of Asana's: anything may stand there, even the token."""
    looks_right = len(name) <= MAX_NAME_LENGTH and re.fullmatch("[a-z_]+(:[a-z_]+)?", name)
    return name if looks_right else "one of its own"
