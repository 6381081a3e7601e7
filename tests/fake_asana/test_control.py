import pytest

from fake_asana.faults import KINDS
from tests.fake_asana.places import MUSEUM
from tests.stand_in import ADA, BEN


def post(app, path, **about):
    return app.http.post(f"{app.asana.url}/control/{path}", **about)


def test_it_lists_what_was_ordered(asana, app):
    asana.order("latency", person=ADA, value=5, path="/api", times=3)
    asana.order("drop", one_in=2)
    faults = app.http.get(f"{asana.url}/control/faults").json()["data"]
    assert faults == [
        {"fault": "latency", "person": ADA, "value": 5, "path": "/api", "times": 3, "one_in": 1},
        {"fault": "drop", "person": None, "value": None, "path": None, "times": None, "one_in": 2},
    ]


def test_an_unknown_fault_is_answered_with_the_known_ones(app):
    response = post(app, "faults", json={"fault": "earthquake"})
    assert response.status_code == 400
    assert all(name in response.json()["errors"][0]["message"] for name in KINDS)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"fault": ["drop"]},
        {"fault": "drop", "person": "7"},
        {"fault": "drop", "person": ["7"]},
        {"fault": "drop", "value": "third"},
        {"fault": "drop", "value": ["half"]},
        {"fault": "drop", "path": 7},
        {"fault": "drop", "times": 0},
        {"fault": "drop", "one_in": 0},
        {"fault": "drop", "one_in": "2"},
        {"fault": "drop", "colour": "blue"},
        {"fault": "latency", "value": "slow"},
        {"fault": "rate_limited", "value": -1},
        {"fault": "server_error", "value": 404},
        {"fault": "short_token", "value": 0},
        {"fault": "hide_workspace"},
        {"fault": "forbid_task"},
        {"fault": "rate_limit", "value": 0},
        {"fault": "ends_early", "value": -1},
        {"fault": "rank_offsets", "value": 1},
        {"fault": "omit_nonce", "value": 1},
    ],
)
def test_a_senseless_order_is_refused(app, body):
    assert post(app, "faults", json=body).status_code == 400
    assert app.http.get(f"{app.asana.url}/control/faults").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advance": -1e12}),
        ("clock", {"advance": "a day"}),
        ("clock", {}),
        ("grants", {}),
        ("grants", {"person": "7", "scope": "tasks:read"}),
        ("grants", {"person": ADA}),
        ("grants", {"person": ADA, "scope": ["tasks:read"]}),
        ("grants", {"person": ADA, "scope": "tasks:delete"}),
        ("grants", {"person": ADA, "scope": "tasks:read", "nonce": "x"}),
        ("grants/revoke", {}),
        ("grants/revoke", {"person": "7"}),
        ("tokens/expire", {"person": ["7"]}),
        ("tokens/expire", {"who": ADA}),
        ("tasks/1300101000000007", {"gid": "7"}),
        ("tasks/1300101000000007", {"colour": "blue"}),
    ],
)
def test_other_senseless_bodies_are_refused(app, path, body):
    assert post(app, path, json=body).status_code == 400


def test_no_web_page_can_drive_it(app):
    order = '{"fault": "drop"}'
    form = post(app, "faults", data={"fault": "drop"})
    text = post(app, "faults", data=order, headers={"Content-Type": "text/plain"})
    rebound = post(app, "faults", json={"fault": "drop"}, headers={"Host": "evil.example"})
    assert [form.status_code, text.status_code, rebound.status_code] == [400, 400, 403]
    assert post(app, "faults", data=order, headers={"Host": "localhost:80"}).status_code == 400
    assert app.http.get(f"{app.asana.url}/control/nothing").status_code == 404


def test_reset_begins_again(asana, app):
    api, token = app.api(ADA), app.sign_in(BEN)
    api.put("/tasks/1300101000000007", {"data": {"completed": True}})
    asana.delete_task("1300101000000008")
    asana.order("server_error")
    asana.advance(10_000)
    asana.reset()
    assert asana.requests() == []
    assert api.get("/users/me").status_code == 401
    assert app.refresh(token["refresh_token"]).status_code == 400
    again = app.api(ADA)
    assert again.data("/tasks/1300101000000007")["completed"] is False
    assert again.data("/tasks/1300101000000008")["name"] == "Stand-up"


def test_a_grant_without_the_walk_is_a_grant_like_any_other(asana, app):
    """Its tokens read and refresh within their scope, and end with it."""
    granted = asana.grant(ADA, "openid email profile users:read")
    walked = app.sign_in(ADA, scope="openid email profile users:read")
    userinfo = f"{asana.issuer}/openid_connect/userinfo"
    tokens = [granted["access_token"], walked["access_token"]]
    headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
    assert granted["userinfo"] == app.http.get(userinfo, headers=headers[0]).json()
    assert granted["userinfo"] == app.http.get(userinfo, headers=headers[1]).json()
    assert granted["expires_in"] == walked["expires_in"]
    tasks = [app.http.get(f"{asana.issuer}/tasks", headers=each) for each in headers]
    assert [each.status_code for each in tasks] == [403, 403]
    refreshed = app.refresh(granted["refresh_token"])
    assert refreshed.status_code == 200
    asana.revoke_grants(ADA)
    assert app.http.get(userinfo, headers=headers[0]).status_code == 401
    assert app.refresh(granted["refresh_token"]).status_code == 400


def test_it_lists_the_people(asana, app):
    people = app.http.get(f"{asana.url}/control/people").json()["data"]
    assert [people[0]["gid"], people[0]["email"]] == [ADA, "ada@example.com"]
    assert len(people) == 9


def test_a_task_can_be_changed_as_by_somebody_else(asana, app):
    api = app.api(ADA)
    asana.change_task("1300101000100001", name="Renamed", due_on="2027-01-01")
    told = api.data("/tasks/1300101000100001", opt_fields="name,due_on")
    assert told == {"gid": "1300101000100001", "name": "Renamed", "due_on": "2027-01-01"}


def test_a_deleted_task_is_gone(asana, app):
    api = app.api(ADA)
    asana.delete_task("1300101000100001")
    assert api.get("/tasks/1300101000100001").status_code == 404
    assert "1300101000100001" not in {task["gid"] for task in api.tasks(MUSEUM)}
