import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.fake_asana.app import Api, App, message
from tests.stand_in import ADA, BEN, StandIn


def id_token(app, response):
    keys = app.http.get(f"{app.asana.issuer}/openid_connect/jwks").json()
    return jwt.decode(response["id_token"], KeySet.import_key_set(keys), ["RS256"]).claims


def test_invalid_grant_refuses_to_refresh(asana, app):
    ada, ben = app.sign_in(ADA), app.sign_in(BEN)
    asana.order("invalid_grant", person=ADA)
    refused = app.refresh(ada["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert app.refresh(ben["refresh_token"]).status_code == 200
    asana.heal()
    assert app.refresh(ada["refresh_token"]).status_code == 200


def test_expire_access_says_expired_however_young(asana, app):
    api = app.api(ADA)
    asana.order("expire_access", times=1)
    response = api.get("/users/me")
    assert response.status_code == 401
    assert message(response).startswith("The bearer token has expired.")
    assert api.get("/users/me").status_code == 200


def test_reject_access_refuses_every_token_of_the_api_however_new(asana, app):
    token = app.sign_in(ADA)
    asana.order("reject_access", person=ADA)
    refreshed = app.refresh(token["refresh_token"])
    assert refreshed.status_code == 200
    response = Api(app, refreshed.json()["access_token"]).get("/users/me")
    assert (response.status_code, message(response)) == (401, "Not Authorized")
    assert app.api(BEN).get("/users/me").status_code == 200
    asana.heal()
    assert Api(app, token["access_token"]).get("/users/me").status_code == 200


def test_short_tokens_say_so_and_end(asana, app):
    asana.order("short_token", value=7, person=ADA)
    token = app.sign_in(ADA)
    assert token["expires_in"] == 7
    assert app.refresh(token["refresh_token"]).json()["expires_in"] == 7
    assert app.sign_in(BEN)["expires_in"] == 3600
    api = app.api(ADA)
    asana.advance(8)
    assert api.get("/users/me").status_code == 401


def test_no_refresh_token(asana, app):
    asana.order("no_refresh_token")
    assert "refresh_token" not in app.sign_in(ADA)


def test_omit_id_token(asana, app):
    asana.order("omit_id_token")
    response = app.sign_in(ADA)
    assert "id_token" not in response
    assert response["data"]["gid"] == ADA


def test_omit_nonce(asana, app):
    asana.order("omit_nonce")
    claims = id_token(app, app.sign_in(ADA))
    assert "nonce" not in claims
    assert claims["sub"] == ADA


def test_tokens_can_be_made_to_expire(asana, app):
    ada, ben = app.api(ADA), app.api(BEN)
    asana.expire_tokens(ADA)
    assert ada.get("/users/me").status_code == 401
    assert ben.get("/users/me").status_code == 200
    asana.expire_tokens()
    assert ben.get("/users/me").status_code == 401


@pytest.fixture(scope="module")
def ordered():
    flags = (f"--fault=short_token=9@{BEN}", "--fault=rotate_refresh_tokens", "--latency-ms=1")
    with StandIn.start(*flags) as asana:
        yield asana


def test_faults_can_be_ordered_at_the_start_and_survive_a_reset(ordered):
    app = App(ordered)
    ordered.heal()
    assert app.sign_in(BEN)["expires_in"] == 3600
    ordered.reset()
    token = app.sign_in(BEN)
    assert token["expires_in"] == 9
    assert "refresh_token" in app.refresh(token["refresh_token"]).json()
    app.http.close()
