import concurrent.futures

from tests.fake_asana.app import SCOPE, message
from tests.stand_in import ADA


def refused(response):
    told = response.json()
    return (response.status_code, told["error"]) == (400, "invalid_grant")


def test_it_gives_a_new_access_token_and_keeps_the_old_refresh_token(app):
    first = app.sign_in(ADA)
    response = app.refresh(first["refresh_token"]).json()
    assert response["access_token"] != first["access_token"]
    assert response["data"]["gid"] == ADA
    assert "refresh_token" not in response
    assert app.refresh(first["refresh_token"]).status_code == 200


def test_it_refuses_what_is_no_refresh_token(app):
    response = app.sign_in(ADA)
    assert refused(app.refresh("unknown"))
    assert refused(app.refresh(response["access_token"]))
    assert app.refresh("").json()["error"] == "invalid_grant"
    wrong = app.refresh(response["refresh_token"], client_secret="wrong")
    assert wrong.json()["error"] == "invalid_client"


def test_it_may_narrow_the_scope_but_not_widen_it(app):
    token = app.sign_in(ADA, scope="openid tasks:read")["refresh_token"]
    assert app.refresh(token, scope="tasks:read").status_code == 200
    assert app.refresh(token, scope=SCOPE).json()["error"] == "invalid_scope"


def test_an_expired_access_token_says_what_to_do(asana, app):
    token = app.sign_in(ADA)
    asana.advance(3601)
    response = app.http.get(
        f"{asana.issuer}/users/me", headers={"Authorization": f"Bearer {token['access_token']}"}
    )
    assert response.status_code == 401
    assert message(response) == (
        "The bearer token has expired. If you have a refresh token, please use it to request a "
        "new bearer token, otherwise allow the user to re-authenticate."
    )
    assert app.refresh(token["refresh_token"]).status_code == 200


def test_rotation_replaces_the_refresh_token(asana, app):
    asana.order("rotate_refresh_tokens", person=ADA)
    old = app.sign_in(ADA)["refresh_token"]
    new = app.refresh(old).json()["refresh_token"]
    assert new != old
    assert app.refresh(new).status_code == 200


def test_a_replaced_refresh_token_ends_the_grant(asana, app):
    asana.order("rotate_refresh_tokens")
    old = app.sign_in(ADA)["refresh_token"]
    response = app.refresh(old).json()
    assert refused(app.refresh(old))
    assert refused(app.refresh(response["refresh_token"]))
    headers = {"Authorization": f"Bearer {response['access_token']}"}
    assert app.http.get(f"{asana.issuer}/users/me", headers=headers).status_code == 401


def test_with_rotation_only_one_of_many_at_once_succeeds(asana, app):
    asana.order("rotate_refresh_tokens")
    token = app.sign_in(ADA)["refresh_token"]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        statuses = sorted(each.status_code for each in pool.map(app.refresh, [token] * 5))
    assert statuses == [200, 400, 400, 400, 400]
