# mypy: allow-subclassing-any
"""The authorization code grant: RFC 6749 section 4.1, with PKCE (RFC 7636)."""

import secrets
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge

from fake_asana.oauth.errors import ForbiddenScopesError, invalid_parameter, missing_parameter
from fake_asana.oauth.grants import CODE_LIFETIME, Code
from fake_asana.oauth.issuing import Issuing
from fake_asana.people import PEOPLE, Person
from fake_asana.request_hooks import first_fault
from fake_asana.world import world


class AuthorizationCodeGrant(Issuing, grants.AuthorizationCodeGrant):
    def validate_requested_scope(self) -> None:
        """Raise an error for a missing `state` or a scope that is not registered.

        Authlib calls this after checking client and redirect_uri: errors are redirected there.
        """
        payload = self.request.payload
        if not payload.state:
            raise missing_parameter("state")
        if forbidden := self.request_client().forbidden(payload.scope):
            raise ForbiddenScopesError(forbidden)

    def request_client(self) -> Any:
        return self.server.query_client(self.request.payload.client_id)

    def generate_authorization_code(self) -> str:
        return "0/" + secrets.token_hex(16)

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload.data
        issued = Code(
            code=code,
            person=request.user.gid,
            scope=request.scope,
            redirect_uri=request.payload.redirect_uri,
            expires_at=world().clock.time() + CODE_LIFETIME,
            code_challenge=asked.get("code_challenge"),
            code_challenge_method=asked.get("code_challenge_method"),
            nonce=asked.get("nonce"),
        )
        with world().changing():
            world().grants.add_code(issued)

    def query_authorization_code(self, code: str, _client: Any) -> Code:
        """Return an unused code; a second use revokes the grant of the first.

        RFC 6749 section 4.1.2. Raises InvalidGrantError for an unknown, used or expired code.
        """
        grants = world().grants
        known = grants.code(code)
        if known and known.grant:
            grants.revoke(known.grant)
        if known is None or known.grant or grants.is_expired(known):
            raise invalid_parameter("code")
        return known

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Keep the code: its `grant` marks it as used."""

    def authenticate_user(self, authorization_code: Code) -> Person:
        return PEOPLE[authorization_code.person]

    def wants_refresh_token(self, user: Person) -> bool:
        return not first_fault("no_refresh_token", user.gid)


class PKCE(CodeChallenge):
    """PKCE with S256 only.

    A challenge without a method is refused; RFC 7636 section 4.3 would take it for `plain`.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if asked.get("code_challenge") and not asked.get("code_challenge_method"):
            raise InvalidRequestError("Unsupported `code_challenge_method`, use S256.")
        if self.required and not asked.get("code_challenge"):
            raise missing_parameter("code_challenge")
        super().validate_code_challenge(grant, redirect_uri)
