import concurrent.futures

import pytest

from tests.fake_asana.app import VERIFIER, App
from tests.stand_in import ADA, StandIn


def refusal(response):
    assert response.status_code == 400
    assert response.headers["Cache-Control"] == "no-store"
    told = response.json()
    assert told["error_uri"].startswith("https://asana.com/")
    return told["error"]


def test_it_answers_in_the_shape_of_asana(app):
    response = app.sign_in(ADA)
    assert response["token_type"] == "bearer"
    assert response["expires_in"] == 3600
    assert response["refresh_token"]
    assert response["data"] == {
        "id": int(ADA),
        "gid": ADA,
        "name": "Ada Okafor",
        "email": "ada@example.com",
    }


def test_a_code_works_once_and_then_takes_back_what_it_gave(app):
    code = app.code(ADA)
    first = app.exchange(code).json()
    again = app.exchange(code)
    assert refusal(again) == "invalid_grant"
    assert again.json()["error_description"] == "The `code` provided was invalid."
    assert refusal(app.refresh(first["refresh_token"])) == "invalid_grant"


def test_a_code_given_to_many_at_once_works_for_one(app):
    code = app.code(ADA)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = [each.status_code for each in pool.map(app.exchange, [code] * 8)]
    assert sorted(statuses) == [200] + [400] * 7


def test_a_code_grows_old_in_15_minutes(asana, app):
    early, late = app.code(ADA), app.code(ADA)
    asana.advance(14 * 60)
    assert app.exchange(early).status_code == 200
    asana.advance(61)
    assert refusal(app.exchange(late)) == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": VERIFIER + "x"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"redirect_uri": "http://testserver/another/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_id": "wrong"}, "invalid_client"),
        ({"code": "0/unknown"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_it_refuses_what_does_not_fit_and_keeps_the_code(app, changed, error):
    code = app.code(ADA)
    assert refusal(app.exchange(**{"code": code, **changed})) == error
    assert app.exchange(code).status_code == 200


def test_a_verifier_without_a_challenge_is_refused(app):
    code = app.code(ADA, code_challenge=None, code_challenge_method=None)
    assert refusal(app.exchange(code)) == "invalid_request"
    assert app.exchange(code, code_verifier="").status_code == 200


def test_pkce_can_be_required():
    with StandIn.start("--require-pkce", "--token-lifetime=60") as asana:
        app = App(asana)
        without = app.open(code_challenge=None, code_challenge_method=None)
        assert "error=invalid_request" in without.headers["Location"]
        assert app.sign_in(ADA)["expires_in"] == 60
        app.http.close()


def test_it_takes_the_secret_from_the_body_only(app):
    code, secrets = app.code(ADA), app.secrets()
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    url = f"{app.asana.url}/-/oauth_token"
    basic = app.http.post(url, data=form, auth=tuple(secrets.values()))
    assert refusal(basic) == "invalid_client"
    assert refusal(app.http.post(url, data=form, params=secrets)) == "invalid_client"


def test_it_answers_to_post_only(app):
    assert app.http.get(f"{app.asana.url}/-/oauth_token").status_code == 405
