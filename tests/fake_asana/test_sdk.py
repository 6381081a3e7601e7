"""Asana's own Python client must find nothing strange here."""

import asana as sdk
import pytest

from tests.fake_asana.places import ARCHIVE, LIGHTHOUSE, MUSEUM, PERSONAL
from tests.stand_in import ADA, EMIL

pytestmark = pytest.mark.library


@pytest.fixture
def client(asana, app):
    clients = []

    def of(person):
        configuration = sdk.Configuration()
        configuration.host = asana.issuer
        configuration.access_token = app.sign_in(person)["access_token"]
        clients.append(sdk.ApiClient(configuration))
        return clients[-1]

    yield of
    for each in clients:
        each.pool.close()
        each.rest_client.pool_manager.clear()


def test_it_lists_users_and_workspaces(client):
    ada = client(ADA)
    me = sdk.UsersApi(ada).get_user("me", {})
    assert (me["gid"], me["email"]) == (ADA, "ada@example.com")
    users = list(sdk.UsersApi(ada).get_users({"opt_fields": "name,email"}))
    assert {user["email"] for user in users} == {"ada@example.com", "sam@example.com"}
    workspaces = list(sdk.WorkspacesApi(ada).get_workspaces({"limit": 2}))
    assert [each["gid"] for each in workspaces] == [LIGHTHOUSE, MUSEUM, PERSONAL]


def test_it_walks_the_pages_of_ten_thousand_tasks(client):
    found = sdk.TasksApi(client(EMIL)).get_tasks(
        {
            "assignee": "me",
            "workspace": ARCHIVE,
            "completed_since": "now",
            "limit": 100,
            "opt_fields": "name,due_on,projects.name",
        }
    )
    gids = [task["gid"] for task in found]
    assert len(gids) == len(set(gids)) == 10_000


def test_it_completes_a_task_and_reads_errors(client):
    tasks = sdk.TasksApi(client(ADA))
    done = tasks.update_task({"data": {"completed": True}}, "1300101000000007", {})
    assert done["completed"] is True
    with pytest.raises(sdk.rest.ApiException) as raised:
        tasks.get_task("7", {})
    assert raised.value.status == 404
