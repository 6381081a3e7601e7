"""Authentication by bearer token, and its scopes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from fake_asana.api.errors import EXPIRED, NOT_AUTHORIZED, ApiError
from fake_asana.people import PEOPLE, Person
from fake_asana.request_hooks import first_fault
from fake_asana.world import world

View = Callable[..., Any]


def needs(scope: str) -> Callable[[View], View]:
    """Return a decorator that requires a token with `scope`; the view may call `me()`.

    Without such a token, ApiError with 401 or 403 is raised.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def view_with_access(**arguments: str) -> Any:
            authenticate()
            require_scope(scope)
            return view(**arguments)

        return view_with_access

    return decorate


def me() -> Person:
    return PEOPLE[g.token.person]


def authenticate() -> None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    grants = world().grants
    token = grants.token(value.strip()) if scheme.lower() == "bearer" else None
    if token is None or token.kind != "bearer" or grants.is_revoked(token):
        raise ApiError(401, NOT_AUTHORIZED)
    if first_fault("reject_access", token.person):
        raise ApiError(401, NOT_AUTHORIZED)
    if grants.is_expired(token) or first_fault("expire_access", token.person):
        raise ApiError(401, EXPIRED)
    g.token = token


def require_scope(scope: str) -> None:
    """Raise ApiError (403) unless the token has `scope`.

    `default` stands for every scope but openid; no other scope includes another one:
    https://developers.asana.com/docs/oauth-scopes
    """
    held = g.token.scope.split()
    if scope not in held and (scope == "openid" or "default" not in held):
        raise ApiError(403, f"Your app is missing the required scope: {scope}")
