# mypy: allow-subclassing-any
"""Refresh (RFC 6749 section 6) and revocation (RFC 7009, restricted as Asana does) of tokens."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint

from fake_asana.oauth.errors import invalid_parameter, missing_parameter
from fake_asana.oauth.grants import Token
from fake_asana.oauth.issuing import Issuing
from fake_asana.people import PEOPLE, Person
from fake_asana.request_hooks import first_fault
from fake_asana.world import world


class RefreshTokenGrant(Issuing, grants.RefreshTokenGrant):
    def authenticate_refresh_token(self, refresh_token: str) -> Token:
        """Return a valid refresh token; revoke the grant if it was replaced before.

        A replaced one that is used again may have been stolen (RFC 9700, 4.14.2). Raises
        InvalidGrantError.
        """
        known = world().grants.token(refresh_token)
        if known is None or known.kind != "refresh":
            raise invalid_parameter("refresh_token")
        if known.used:
            world().grants.revoke(known.grant)
        if not world().grants.is_active(known) or first_fault("invalid_grant", known.person):
            raise invalid_parameter("refresh_token")
        return known

    def authenticate_user(self, refresh_token: Token) -> Person:
        return PEOPLE[refresh_token.person]

    def wants_refresh_token(self, user: Person) -> bool:
        self.rotated = bool(first_fault("rotate_refresh_tokens", user.gid))
        return self.rotated

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.used = self.rotated


class Revocation(RevocationEndpoint):
    """Revocation of refresh tokens only.

    https://developers.asana.com/docs/oauth#token-deauthorization-endpoint
    """

    CLIENT_AUTH_METHODS = ["client_secret_post"]

    def check_params(self, request: Any, _client: Any) -> None:
        if not request.form.get("token"):
            raise missing_parameter("token")

    def query_token(self, token_string: str, _token_type_hint: str | None) -> Token | None:
        token = world().grants.token(token_string)
        if token and token.kind == "bearer":
            raise InvalidRequestError("The `token` must be a refresh token.")
        return token

    def revoke_token(self, token: Token, _request: Any) -> None:
        with world().changing():
            world().grants.revoke(token.grant)
