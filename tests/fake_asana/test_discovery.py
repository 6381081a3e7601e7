import requests


def test_it_describes_itself(asana):
    url = f"{asana.issuer}/.well-known/openid-configuration"
    document = requests.get(url, timeout=30).json()
    assert document["issuer"] == asana.issuer
    assert document["authorization_endpoint"] == f"{asana.url}/-/oauth_authorize"
    assert document["token_endpoint"] == f"{asana.url}/-/oauth_token"
    assert document["revocation_endpoint"] == f"{asana.url}/-/oauth_revoke"
    assert document["userinfo_endpoint"] == f"{asana.issuer}/openid_connect/userinfo"
    assert document["jwks_uri"] == f"{asana.issuer}/openid_connect/jwks"
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["token_endpoint_auth_methods_supported"] == ["client_secret_post"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]


def test_it_shows_only_the_public_part_of_its_key(asana):
    [key] = requests.get(f"{asana.issuer}/openid_connect/jwks", timeout=30).json()["keys"]
    assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}
    assert key["alg"] == "RS256"
