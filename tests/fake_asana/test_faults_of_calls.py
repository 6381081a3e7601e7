"""Faults that strike a call whatever it asks for."""

import concurrent.futures
from operator import itemgetter

import pytest
import requests

from tests.fake_asana.app import message
from tests.stand_in import ADA, BEN

PLAN = "/tasks/1300101000000007"


def test_rate_limited_says_when_to_come_back(asana, app):
    api = app.api(ADA)
    asana.order("rate_limited", value=17)
    response = api.get("/users/me")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "17")
    assert message(response).startswith("You've made too many requests")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_has_a_phrase_on_500_only(asana, app, status):
    api = app.api(ADA)
    asana.order("server_error", value=status)
    response = api.get("/users/me")
    assert response.status_code == status
    assert ("phrase" in response.json()["errors"][0]) == (status == 500)


def test_one_in_three_strikes_each_third_call_that_it_meets(asana, app):
    api, of_another = app.api(ADA), app.api(BEN)
    asana.order("server_error", person=ADA, one_in=3, times=2)
    found = []
    for _ in range(9):
        found.append(api.get("/users/me").status_code)
        assert of_another.get("/users/me").status_code == 200
    assert found == [200, 200, 500, 200, 200, 500, 200, 200, 200]


def test_not_json_is_a_page_with_status_200(asana, app):
    api = app.api(ADA)
    asana.order("not_json")
    response = api.get("/users/me")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("how", [None, "half"])
def test_drop_ends_the_connection(asana, app, how):
    api = app.api(ADA)
    asana.order("drop", value=how, times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.get("/users/me")
    assert asana.requests("/api/1.0/users/me")[0]["status"] == 0
    assert api.get("/users/me").status_code == 200


def test_drop_does_nothing(asana, app):
    api = app.api(ADA)
    asana.order("drop", times=1)
    with pytest.raises(requests.ConnectionError):
        api.put(PLAN, {"data": {"completed": True}})
    assert api.data(PLAN)["completed"] is False


def test_lose_response_does_what_was_asked_and_says_nothing(asana, app):
    api = app.api(ADA)
    asana.order("lose_response", times=1)
    assert api.data(PLAN)["completed"] is False
    with pytest.raises(requests.ConnectionError):
        api.put(PLAN, {"data": {"completed": True}})
    assert api.data(PLAN)["completed"] is True
    assert asana.requests(f"/api/1.0{PLAN}")[1]["status"] == 0


def test_lose_response_may_strike_the_token_endpoint(asana, app):
    token = app.sign_in(ADA)
    asana.order("rotate_refresh_tokens")
    asana.order("lose_response", path="/-/oauth_token", times=1)
    with pytest.raises(requests.ConnectionError):
        app.refresh(token["refresh_token"])
    assert app.refresh(token["refresh_token"]).status_code == 400


def test_latency_is_each_requests_own(asana, app):
    api = app.api(ADA)
    asana.order("latency", value=200)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: api.get("/users/me"), range(8)))
    first, second, *_ = calls = sorted(asana.requests("/api"), key=itemgetter("time"))
    assert second["time"] < first["time"] + first["seconds"]
    assert all(call["seconds"] >= 0.2 for call in calls)


def test_a_fault_may_be_one_persons(asana, app):
    ada, ben = app.api(ADA), app.api(BEN)
    asana.order("server_error", person=ADA)
    assert ada.get("/users/me").status_code == 500
    assert ben.get("/users/me").status_code == 200


def test_a_fault_may_be_below_one_path_only(asana, app):
    token, api = app.sign_in(ADA), app.api(ADA)
    asana.order("server_error", path="/api/1.0/workspaces")
    assert api.get("/workspaces").status_code == 500
    assert api.get("/users/me").status_code == 200
    assert app.refresh(token["refresh_token"]).status_code == 200


def test_a_fault_may_be_over_after_some_times(asana, app):
    api = app.api(ADA)
    asana.order("server_error", times=2)
    assert [api.get("/users/me").status_code for _ in range(3)] == [500, 500, 200]


def test_the_token_endpoint_knows_whose_token_it_is(asana, app):
    ada, ben = app.sign_in(ADA), app.sign_in(BEN)
    asana.order("server_error", value=503, person=ADA)
    assert app.refresh(ada["refresh_token"]).status_code == 503
    assert app.refresh(ben["refresh_token"]).status_code == 200


def test_pages_are_struck_only_by_path(asana, app):
    asana.order("server_error")
    assert app.open().status_code == 200
    asana.order("server_error", path="/-/oauth_authorize", value=502)
    assert app.open().status_code == 502


def test_healing_ends_all_of_them(asana, app):
    api = app.api(ADA)
    asana.order("server_error")
    asana.order("drop")
    asana.heal()
    assert api.get("/users/me").status_code == 200
