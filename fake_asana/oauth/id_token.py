# mypy: allow-subclassing-any
"""Token responses in Asana's format, with an id_token (OpenID Connect Core 3.1.3.3)."""

from typing import Any

from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey

from fake_asana.oauth.client import Client
from fake_asana.oauth.grants import Code
from fake_asana.people import Person
from fake_asana.request_hooks import first_fault
from fake_asana.world import world


def userinfo(person: Person, scope: str) -> dict[str, Any]:
    """Return the claims of a person: `sub`, and those of the scopes `email` and `profile`."""
    claims: dict[str, Any] = {"sub": person.gid}
    if "email" in scope.split():
        claims["email"] = person.email
    if "profile" in scope.split():
        claims["name"] = person.name
        if picture := person.picture(world().url):
            claims["picture"] = picture
    return claims


class AsanaResponse:
    """A token response: https://developers.asana.com/docs/oauth#token-exchange-endpoint"""

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_create_token_response", self.process_token)

    def process_token(self, grant: Any, response: tuple[int, dict[str, Any], Any]) -> None:
        token, person = response[1], grant.request.user
        del token["scope"]  # not among the fields Asana documents
        token["token_type"] = "bearer"  # noqa: S105 - a kind, not a secret
        token["data"] = {
            "id": int(person.gid),
            "gid": person.gid,
            "name": person.name,
            "email": person.email,
        }


class ResponseWithIdToken(OpenIDCode, AsanaResponse):
    # The id_token has real time, not the stand-in's: the site checks it by its own clock.

    def process_token(self, grant: Any, response: tuple[int, dict[str, Any], Any]) -> None:
        if not first_fault("omit_id_token", grant.request.user.gid):
            OpenIDCode.process_token(self, grant, response)
        AsanaResponse.process_token(self, grant, response)

    def exists_nonce(self, _nonce: str, _request: Any) -> bool:
        return False

    def resolve_client_private_key(self, _client: Client) -> RSAKey:
        return world().key

    def get_client_algorithm(self, _client: Client) -> str:
        return "RS256"

    def get_encode_header(self, _client: Client) -> dict[str, str]:
        return {"alg": "RS256", "typ": "JWT", "kid": str(world().key.kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": world().issuer, "aud": client.client_id}

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
        if first_fault("omit_nonce", authorization_code.person):
            return {}
        claims: dict[str, Any] = super().get_authorization_code_claims(authorization_code)
        return claims

    def generate_user_info(self, user: Person, scope: str) -> dict[str, Any]:
        return userinfo(user, scope)
