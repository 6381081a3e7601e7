"""Whose bearer token this is, and what it may do."""

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
    """The view is answered only to a token with this scope, and may ask `me()` who it is."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**arguments: str) -> Any:
            authenticate()
            require_scope(scope)
            return view(**arguments)

        return answer

    return decorate


def me() -> Person:
    return PEOPLE[g.token.person]


def authenticate() -> None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    grants = world().grants
    token = grants.token(value.strip()) if scheme.lower() == "bearer" else None
    if token is None or token.kind != "bearer" or grants.is_revoked(token):
        raise ApiError(401, NOT_AUTHORIZED)
    if grants.is_expired(token) or first_fault("expire_access", token.person):
        raise ApiError(401, EXPIRED)
    g.token = token


def require_scope(scope: str) -> None:
    """No scope brings another one: https://developers.asana.com/docs/oauth-scopes"""
    held = g.token.scope.split()
    if scope not in held and (scope == "openid" or "default" not in held):
        raise ApiError(403, f"Your app is missing the required scope: {scope}")
