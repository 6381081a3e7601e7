# mypy: allow-subclassing-any
"""Authlib's authorization server on top of the stand-in's people, codes and tokens."""

import secrets
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from flask import Flask, Response

from fake_asana.oauth.authorization_code import PKCE, AuthorizationCodeGrant
from fake_asana.oauth.client import Client
from fake_asana.oauth.errors import ERROR_URI, invalid_client
from fake_asana.oauth.grants import Token
from fake_asana.oauth.id_token import AsanaResponse, ResponseWithIdToken
from fake_asana.oauth.refresh_token import RefreshTokenGrant, Revocation
from fake_asana.world import World, world


class Provider(AuthorizationServer):
    def create_token_response(self, request: Any = None) -> Response:
        # one at a time: a code must not be exchanged twice, nor a refresh token rotated twice
        with world().changing():
            response: Response = super().create_token_response(request)
        return response

    def authenticate_client(self, request: Any, methods: list[str], endpoint: str = "token") -> Any:
        try:
            return super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            raise invalid_client() from error

    def get_error_uri(self, _request: Any, _error: Any) -> str:
        return ERROR_URI


def init_provider(app: Flask, here: World) -> None:
    client = Client(here.options)
    provider = Provider(app, _query_client(client), _save_token)
    tokens = BearerTokenGenerator(_token, _token)
    provider.register_token_generator("default", tokens)
    pkce = PKCE(required=here.options.require_pkce)
    provider.register_grant(AuthorizationCodeGrant, [pkce, ResponseWithIdToken()])
    provider.register_grant(RefreshTokenGrant, [AsanaResponse()])
    provider.register_endpoint(Revocation)
    app.extensions["provider"] = provider
    app.extensions["client"] = client


def _query_client(client: Client) -> Any:
    return lambda client_id: client if client_id == client.client_id else None


def _token(**_about: Any) -> str:
    return secrets.token_urlsafe(32)


def _save_token(response: dict[str, Any], request: Any) -> None:
    grants, now = world().grants, world().clock.time()
    if code := request.authorization_code:
        code.grant = grants.new_grant(code.person).gid
    grant = code.grant if code else request.refresh_token.grant
    about = {"grant": grant, "person": request.user.gid, "scope": response["scope"]}
    expires_at = now + response["expires_in"]
    grants.add_token(Token(response["access_token"], "bearer", expires_at=expires_at, **about))
    if refresh_token := response.get("refresh_token"):
        grants.add_token(Token(refresh_token, "refresh", **about))
