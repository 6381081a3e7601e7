"""The stand-in's clock, which may be ahead of the site's or behind it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from tests.fake_asana.app import App
from tests.stand_in import ADA, StandIn

PLAN = "/tasks/1300101000000007"
DAY = 24 * 3600


def told(response):
    return parsedate_to_datetime(response.headers["Date"])


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_every_response_tells_its_time_and_nothing_else(asana, app, seconds):
    api = app.api(ADA)
    before = datetime.now(UTC)
    asana.advance(seconds)
    for response in (
        api.get("/users/me"),
        api.get("/users/nobody"),
        app.http.get(f"{asana.url}/"),
        app.http.post(f"{asana.url}/-/oauth_token"),
        app.http.get(f"{asana.url}/nothing"),
    ):
        assert abs((told(response) - before).total_seconds() - seconds) < 60
        assert len(response.raw.headers.getlist("Date")) == 1


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_a_change_is_stamped_by_it(asana, app, seconds):
    asana.advance(seconds)
    api = app.api(ADA)
    response = api.put(PLAN, {"data": {"name": "Write a better plan"}})
    modified_at = datetime.fromisoformat(response.json()["data"]["modified_at"])
    assert 0 <= (modified_at - told(response)).total_seconds() < 60


@pytest.mark.parametrize("days", [-3, 3])
def test_turning_it_changes_no_task(asana, days):
    before = asana.tasks(ADA)
    asana.advance(days * DAY)
    assert asana.tasks(ADA) == before


def test_turned_back_it_keeps_tokens_and_offsets(asana, app):
    api = app.api(ADA)
    offset = api.get("/workspaces", limit=1).json()["next_page"]["offset"]
    asana.advance(-DAY)
    assert api.get("/workspaces", limit=1, offset=offset).status_code == 200


def test_what_was_ended_stays_ended_when_it_is_turned_back(asana, app):
    api = app.api(ADA)
    asana.expire_tokens(ADA)
    asana.advance(-DAY)
    assert api.get("/users/me").status_code == 401


def test_an_ended_token_is_still_known_after_a_restart(tmp_path):
    flag = f"--state={tmp_path / 'state.json'}"
    with StandIn.start(flag) as asana:
        app = App(asana)
        headers = app.api(ADA).headers
        asana.expire_tokens(ADA)
        app.http.close()
    with StandIn.start(flag) as asana:
        app = App(asana)
        response = app.http.get(f"{asana.issuer}/users/me", headers=headers)
        app.http.close()
    assert "expired" in response.json()["errors"][0]["message"]
