import pytest

from tests.fake_asana.app import App, message, query
from tests.fake_asana.places import LIGHTHOUSE
from tests.stand_in import ADA, StandIn

FORBIDDEN = "Your app is not allowed to request user authorization for `{}` scopes."


@pytest.fixture(scope="module")
def full_app():
    with StandIn.start("--permissions=full", "--authorize-errors=page") as asana:
        app = App(asana)
        yield app
        app.http.close()


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        (None, "default identity"),
        ("default", "default identity"),
        ("openid goals:write tasks:delete", "goals:write tasks:delete"),
        ('openid "ü', "??"),
    ],
)
def test_a_scoped_app_may_ask_for_registered_scopes_only(app, scope, named):
    told = query(app.open(scope=scope).headers["Location"])
    assert told["error"] == "forbidden_scopes"
    assert told["error_description"] == FORBIDDEN.format(named)


def test_a_scoped_app_may_ask_for_less(app):
    assert app.sign_in(ADA, scope="tasks:read").keys().isdisjoint({"id_token", "scope"})


@pytest.mark.parametrize("scope", [None, "default", "openid email profile default"])
def test_a_full_app_may_do_everything(full_app, scope):
    api = full_app.api(ADA, scope=scope)
    assert api.tasks(LIGHTHOUSE)
    assert api.get("/tasks/1300101000000001", opt_fields="projects.color").status_code == 200


def test_a_full_app_may_not_ask_for_single_scopes(full_app):
    response = full_app.open(scope="tasks:read")
    assert response.status_code == 400
    assert response.text.strip() == "forbidden_scopes: " + FORBIDDEN.format("tasks:read")


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/users/me", "users:read"),
        ("/users", "users:read"),
        ("/workspaces", "workspaces:read"),
        (f"/workspaces/{LIGHTHOUSE}", "workspaces:read"),
        (f"/tasks?assignee=me&workspace={LIGHTHOUSE}", "tasks:read"),
        ("/tasks/1300101000000001", "tasks:read"),
        (f"/users/me/user_task_list?workspace={LIGHTHOUSE}", "tasks:read"),
        ("/openid_connect/userinfo", "openid"),
    ],
)
def test_a_call_needs_its_scope(app, path, scope):
    others = " ".join({"openid", "users:read", "workspaces:read", "tasks:read"} - {scope})
    response = app.api(ADA, scope=others).get(path)
    assert response.status_code == 403
    assert scope in message(response)
    assert app.api(ADA, scope=scope).get(path).status_code == 200


def test_writing_needs_more_than_reading(app):
    api = app.api(ADA, scope="tasks:read")
    response = api.put("/tasks/1300101000000001", {"data": {"completed": True}})
    assert (response.status_code, "tasks:write" in message(response)) == (403, True)


def test_fields_of_related_objects_need_their_scope(app):
    api = app.api(ADA, scope="tasks:read")
    named = "assignee.name,projects.name,memberships.section.name,workspace.name,parent.due_on"
    assert api.get("/tasks/1300101000000001", opt_fields=named).status_code == 200
    email = api.get("/tasks/1300101000000001", opt_fields="assignee.email")
    assert (email.status_code, "users:read" in message(email)) == (403, True)


def test_custom_fields_need_a_scope_only_where_that_is_ordered(app, asana):
    fields = "custom_fields.display_value"
    plain, wider = (app.api(ADA, scope=f"tasks:read{more}") for more in ("", " custom_fields:read"))
    assert plain.get("/tasks/1300101000000007", opt_fields=fields).status_code == 200
    asana.order("fields_need_scope")
    refused = plain.get("/tasks/1300101000000007", opt_fields=fields)
    assert (refused.status_code, "custom_fields:read" in message(refused)) == (403, True)
    assert plain.get("/tasks/1300101000000007", opt_fields="name,tags.name").status_code == 200
    assert wider.get("/tasks/1300101000000007", opt_fields=fields).status_code == 200


def test_custom_fields_are_of_every_kind(app):
    api = app.api(ADA, scope="tasks:read")
    named = "custom_fields.(name|type|display_value|number_value|date_value|text_value)"
    query = {"assignee": "me", "workspace": "1200000000000201", "limit": "100"}
    rows = api.data("/tasks", opt_fields=named, **query)
    fields = [field for row in rows for field in row["custom_fields"]]
    assert {field["type"] for field in fields} == {"enum", "number", "date", "text"}
    hours = [each for each in fields if each["name"] == "Hours"]
    assert {(each["display_value"], each["number_value"]) for each in hours} == {
        ("2.5", 2.5),
        ("16", 16),
    }
