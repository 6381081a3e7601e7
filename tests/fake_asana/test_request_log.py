import time

from fake_asana.request_log import RequestLog
from tests.stand_in import ADA


def test_it_counts_calls_without_keeping_secrets(asana, app):
    token = app.sign_in(ADA)
    headers = {"Authorization": f"Bearer {token['access_token']}", "X-Trace": "7"}
    app.http.get(f"{asana.issuer}/workspaces?limit=5", headers=headers)
    [entry] = asana.requests("/api/1.0/workspaces")
    assert (entry["method"], entry["status"], entry["person"]) == ("GET", 200, ADA)
    assert entry["query"] == {"limit": "5"}
    assert entry["headers"]["Authorization"] == "Bearer"
    assert entry["headers"]["X-Trace"] == "7"
    [exchange] = asana.requests("/-/oauth_token")
    assert exchange["person"] == ADA
    assert {"code", "client_secret", "code_verifier"} <= set(exchange["form"])
    told = str(asana.requests())
    assert token["access_token"] not in told
    assert token["refresh_token"] not in told
    assert asana.client_secret not in told


def test_it_knows_whose_refresh_token_was_sent(asana, app):
    token = app.sign_in(ADA)
    app.refresh(token["refresh_token"])
    app.revoke(token["refresh_token"])
    assert [entry["person"] for entry in asana.requests("/-/oauth_")[-2:]] == [ADA, ADA]


def test_strangers_are_nobody(asana, app):
    app.http.get(f"{asana.issuer}/users/me")
    assert asana.requests()[-1]["person"] is None


def test_a_request_of_before_a_reset_is_not_logged_after_it():
    log, began = RequestLog(), time.time()
    log.add({"time": began})
    log.reset()
    log.add({"time": began - 1})
    assert log.all() == []
    log.add({"time": time.time()})
    assert len(log.all()) == 1
