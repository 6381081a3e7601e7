"""OpenID Connect discovery, keys and userinfo.

https://developers.asana.com/docs/openid-connect
"""

from typing import Any

from flask import Blueprint, g

from fake_asana.api.authentication import authenticate, me, require_scope
from fake_asana.oauth.client import IDENTITY, REGISTERED
from fake_asana.oauth.id_token import userinfo
from fake_asana.world import world

discovery = Blueprint("discovery", __name__)


@discovery.get("/.well-known/openid-configuration")
def get_configuration() -> dict[str, Any]:
    url = world().url
    return {
        "issuer": world().issuer,
        "authorization_endpoint": f"{url}/-/oauth_authorize",
        "token_endpoint": f"{url}/-/oauth_token",
        "revocation_endpoint": f"{url}/-/oauth_revoke",
        "introspection_endpoint": f"{url}/-/token_info",
        "userinfo_endpoint": f"{url}/api/1.0/openid_connect/userinfo",
        "jwks_uri": f"{url}/api/1.0/openid_connect/jwks",
        "scopes_supported": list(dict.fromkeys([*REGISTERED["full"], *REGISTERED["scoped"]])),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            *("iss", "aud", "exp", "iat", "sub", "nonce", "at_hash"),
            *("name", "email", "picture"),
        ],
    }


@discovery.get("/openid_connect/jwks")
def get_jwks() -> dict[str, Any]:
    return {"keys": [world().key.as_dict(private=False)]}


@discovery.get("/openid_connect/userinfo")
def get_userinfo() -> dict[str, Any]:
    authenticate()
    require_scope(IDENTITY[0])
    return userinfo(me(), g.token.scope)
