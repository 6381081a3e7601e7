import pytest

from tests.fake_asana.app import query
from tests.stand_in import ADA, CALLBACK


def test_it_sends_a_code_and_the_state_back(asana, app):
    location = asana.allow(app.authorize_url(state="ü & ="), ADA)
    assert location.startswith(CALLBACK + "?")
    assert query(location)["state"] == "ü & ="
    assert query(location)["code"].startswith("0/")


def test_it_sends_a_refusal_back(asana, app):
    told = query(asana.deny(app.authorize_url(), ADA))
    assert (told["error"], told["state"]) == ("access_denied", "a-state")


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody-else"},
        {"client_id": None},
        {"redirect_uri": CALLBACK + "more"},
        {"redirect_uri": 'https://evil.example/"\u00e9'},
        {"redirect_uri": None},
    ],
)
def test_it_never_redirects_to_a_stranger(app, wrong):
    response = app.open(**wrong)
    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.text.startswith("invalid_request: ")


def test_it_refuses_a_parameter_given_twice(app):
    response = app.http.get(app.authorize_url() + "&state=another", allow_redirects=False)
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"state": None}, "invalid_request"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_it_sends_other_errors_back(app, changed, error):
    response = app.open(**changed)
    assert response.status_code == 303
    assert response.headers["Location"].startswith(CALLBACK + "?")
    told = query(response.headers["Location"])
    assert told["error"] == error
    assert told.get("state") == app.asking(**changed).get("state")


def test_it_checks_the_answer_like_the_question(app):
    url = f"{app.asana.url}/-/oauth_authorize"
    decision = {"person": ADA, "answer": "allow"}
    stranger = app.http.post(
        url, data={**app.asking(redirect_uri="https://evil.example"), **decision}
    )
    assert stranger.status_code == 400
    form = {**app.asking(scope="goals:write"), **decision}
    told = app.http.post(url, data=form, allow_redirects=False)
    assert query(told.headers["Location"])["error"] == "forbidden_scopes"


@pytest.mark.parametrize("answer", [{}, {"answer": "allow"}, {"person": "7", "answer": "allow"}])
def test_it_wants_a_person_and_an_answer(app, answer):
    url = f"{app.asana.url}/-/oauth_authorize"
    assert app.http.post(url, data={**app.asking(), **answer}).status_code == 400
