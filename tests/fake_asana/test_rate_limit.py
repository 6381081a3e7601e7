"""Calls of the API that are counted per token."""

from datetime import UTC, datetime

import pytest
import time_machine

from fake_asana.app import create_app
from fake_asana.clock import Clock
from fake_asana.options import Options
from fake_asana.rate_limits import RateLimits
from fake_asana.server import DROP
from fake_asana.world import World
from tests.fake_asana.app import App, message
from tests.stand_in import ADA, BEN, StandIn


@pytest.fixture
def api(app):
    return app.api(ADA)


def statuses(api, calls):
    return [api.get("/users/me").status_code for _ in range(calls)]


def test_calls_above_the_limit_are_told_to_wait_until_the_oldest_leaves(asana, api):
    asana.order("rate_limit", value=3)
    api.get("/users/me")
    asana.advance(20)
    assert statuses(api, 2) == [200, 200]
    refused = api.get("/users/me")
    assert refused.status_code == 429
    assert 20 < int(refused.headers["Retry-After"]) <= 40  # the machine's time goes on as well
    assert message(refused).startswith("You've made too many requests")


def test_a_minute_later_they_are_welcome_again(asana, api):
    asana.order("rate_limit", value=2)
    assert statuses(api, 3) == [200, 200, 429]
    asana.advance(61)
    assert statuses(api, 2) == [200, 200]


def test_refused_calls_count_as_well(asana, api):
    asana.order("rate_limit", value=2)
    api.get("/users/me")
    asana.advance(30)
    assert statuses(api, 2) == [200, 429]
    asana.advance(31)  # the first one left; the second and the refused one are counted
    assert statuses(api, 1) == [429]


@pytest.mark.parametrize(
    ("later", "wait"), [(0, 60), (20.5, 40), (59, 1), (59.999, 1), (60, None), (75, None)]
)
def test_it_waits_for_whole_seconds_until_the_oldest_leaves(later, wait):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as traveller:
        limits = RateLimits(Clock())
        assert limits.begin("token", "read", 1) is None
        traveller.shift(later)
        assert limits.begin("token", "read", 1) == wait


def test_what_came_before_the_limit_does_not_count(asana, api):
    assert statuses(api, 3) == [200] * 3
    asana.order("rate_limit", value=1)
    assert statuses(api, 2) == [200, 429]
    asana.heal()
    assert statuses(api, 1) == [200]


def test_each_token_has_its_own(asana, app, api):
    second, ben = app.api(ADA), app.api(BEN)
    asana.order("rate_limit", value=1)
    assert [statuses(each, 2) for each in (api, second, ben)] == [[200, 429]] * 3


def test_tokens_and_keys_are_not_counted(asana, app):
    token = app.sign_in(ADA)
    asana.order("rate_limit", value=1)
    for _ in range(3):
        assert app.refresh(token["refresh_token"]).status_code == 200
        assert app.http.get(f"{asana.issuer}/openid_connect/jwks").status_code == 200


def test_a_clock_turned_back_forgets_what_is_to_come(asana, api):
    asana.order("rate_limit", value=1)
    assert statuses(api, 2) == [200, 429]
    asana.advance(-3600)
    assert statuses(api, 2) == [200, 429]


@pytest.mark.parametrize(("kind", "most"), [("read", 50), ("write", 15)])
def test_only_so_many_may_be_at_work_at_the_same_time(kind, most):
    limits = RateLimits(Clock())
    begun = [limits.begin("token", kind, 1000) for _ in range(most + 2)]
    assert begun == [None] * most + [1, 1]
    limits.end("token", kind)
    assert [limits.begin("token", kind, 1000) for _ in range(2)] == [None, 1]


def test_a_call_beyond_those_at_work_is_refused_until_one_ends(monkeypatch):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # as the app sets it
    world = World(Options("id", "secret", (), rate_limit=1000), "http://127.0.0.1:1")
    token = world.grants.issue(ADA, "tasks:read tasks:write", 3600)["access_token"]
    for _ in range(15):
        world.rate_limits.begin(token, "write", 1000)

    def call(method):
        return (
            create_app(world)
            .test_client()
            .open(
                "/api/1.0/tasks/1300101000000007",
                method=method,
                json={"data": {}},
                headers={"Authorization": f"Bearer {token}"},
                environ_overrides={DROP: []},
            )
        )

    refused = call("PUT")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert call("GET").status_code == 200
    world.rate_limits.end(token, "write")
    assert [call("PUT").status_code for _ in range(2)] == [200, 200]


def test_the_flag_sets_it_from_the_start():
    with StandIn.start("--rate-limit=1") as asana:
        app = App(asana)
        assert statuses(app.api(ADA), 2) == [200, 429]
        app.http.close()
