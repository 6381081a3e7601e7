import pytest

from tests.fake_asana.app import message
from tests.stand_in import ADA


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer unknown", "Basic abc", "unknown"])
def test_without_a_good_token_nothing_is_told(app, header):
    headers = {"Authorization": header} if header else {}
    response = app.http.get(f"{app.asana.issuer}/users/me", headers=headers)
    assert (response.status_code, message(response)) == (401, "Not Authorized")


def test_a_refresh_token_is_no_access_token(app):
    headers = {"Authorization": "Bearer " + app.sign_in(ADA)["refresh_token"]}
    assert app.http.get(f"{app.asana.issuer}/users/me", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/users/me"), ("POST", "/workspaces"), ("PATCH", "/tasks/1")],
)
def test_no_route_and_no_such_method_are_the_same(app, method, path):
    response = app.http.request(method, app.asana.issuer + path)
    assert (response.status_code, message(response)) == (404, "No matching route for request")
