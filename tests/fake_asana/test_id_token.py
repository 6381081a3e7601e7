import base64
import hashlib

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.stand_in import ADA, BEN


def claims(app, response):
    keys = app.http.get(f"{app.asana.issuer}/openid_connect/jwks").json()
    token = jwt.decode(response["id_token"], KeySet.import_key_set(keys), ["RS256"])
    assert token.header["kid"] == keys["keys"][0]["kid"]
    return token.claims


def test_it_is_signed_and_bound_to_its_request(app):
    response = app.sign_in(ADA)
    told = claims(app, response)
    half = hashlib.sha256(response["access_token"].encode()).digest()[:16]
    assert told["iss"] == app.asana.issuer
    assert told["aud"] == app.asana.client_id
    assert told["sub"] == ADA
    assert told["nonce"] == "a-nonce"
    assert told["exp"] - told["iat"] == 3600
    assert told["at_hash"] == base64.urlsafe_b64encode(half).decode().strip("=")


def test_it_names_nonce_only_when_sent(app):
    assert "nonce" not in claims(app, app.sign_in(ADA, nonce=None))


def test_it_comes_with_openid_only(app):
    assert "id_token" not in app.sign_in(ADA, scope="tasks:read")


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", set()),
        ("openid email", {"email"}),
        ("openid profile", {"name", "picture"}),
        ("openid email profile", {"email", "name", "picture"}),
    ],
)
def test_it_and_userinfo_tell_what_the_scopes_allow(app, scope, told):
    response = app.sign_in(ADA, scope=scope)
    assert claims(app, response).keys() & {"email", "name", "picture"} == told
    headers = {"Authorization": f"Bearer {response['access_token']}"}
    response = app.http.get(f"{app.asana.issuer}/openid_connect/userinfo", headers=headers)
    assert response.json().keys() == {"sub", *told}


def test_userinfo_has_no_picture_where_there_is_none(app):
    assert app.api(BEN).get("/openid_connect/userinfo").json() == {
        "sub": BEN,
        "name": "Ben Tanaka",
        "email": "ben@example.com",
    }
