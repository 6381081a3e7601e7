from tests.fake_asana.app import message
from tests.stand_in import ADA, BEN


def status(app, token):
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return app.http.get(f"{app.asana.issuer}/users/me", headers=headers).status_code


def test_it_ends_a_grant_with_all_its_tokens(app):
    token, another = app.sign_in(ADA), app.sign_in(ADA)
    assert app.revoke(token["refresh_token"]).status_code == 200
    assert status(app, token) == 401
    assert app.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"
    assert status(app, another) == 200


def test_an_unknown_token_is_as_good_as_revoked(app):
    token = app.sign_in(ADA)["refresh_token"]
    assert app.revoke("unknown").status_code == 200
    assert app.revoke(token).status_code == app.revoke(token).status_code == 200


def test_it_refuses_access_tokens_and_missing_fields(app):
    token = app.sign_in(ADA)
    assert app.revoke(token["access_token"]).status_code == 400
    assert app.revoke("").status_code == 400
    assert app.revoke(token["refresh_token"], client_secret="").status_code == 400
    assert status(app, token) == 200


def test_a_person_can_remove_the_app_in_asana(asana, app):
    ada, ben = app.api(ADA), app.api(BEN)
    asana.revoke_grants(ADA)
    response = ada.get("/users/me")
    assert (response.status_code, message(response)) == (401, "Not Authorized")
    assert ben.get("/users/me").status_code == 200


def test_token_info_tells_what_a_token_is_worth(asana, app):
    token = app.sign_in(ADA, scope="openid tasks:read")
    bearer = app.post("token_info", token=token["access_token"]).json()
    assert bearer["active"] is True
    assert bearer["token_type"] == "bearer"
    assert bearer["scope"] == "openid tasks:read"
    assert bearer["client_id"] == asana.client_id
    assert 3590 <= bearer["expires_in"] <= 3600
    assert app.post("token_info", token=token["refresh_token"]).json()["token_type"] == "refresh"
    asana.expire_tokens(ADA)
    assert app.post("token_info", token=token["access_token"]).json() == {"active": False}
    assert app.post("token_info", token="unknown").json() == {"active": False}
    assert app.post("token_info").json()["error"] == "invalid_request"
