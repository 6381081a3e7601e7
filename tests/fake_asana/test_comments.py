"""Comments and attachments of tasks: some of Ada's have them."""

import pytest

from tests.fake_asana.app import Api, message
from tests.stand_in import ADA, SAM

PLAN = "1300101000000007"
STORIES, ATTACHMENTS = f"/tasks/{PLAN}/stories", f"/attachments?parent={PLAN}"


def everything(app, asana, person=ADA) -> Api:
    """Return the API with a token that may read comments and attachments."""
    scopes = "openid users:read tasks:read stories:read attachments:read"
    return Api(app, asana.grant(person, scopes)["access_token"])


def test_some_tasks_have_comments(app, asana):
    found = everything(app, asana).data(STORIES, opt_fields="text,type,created_by.name,target")
    assert [each["created_by"]["name"] for each in found] == [
        *("Mira Lund", "Tom Achterberg", "Ada Okafor")
    ]
    assert {each["type"] for each in found} == {"comment"}
    assert {each["target"]["gid"] for each in found} == {PLAN}
    assert "name" not in found[0]


def test_some_tasks_have_attachments(app, asana):
    found = everything(app, asana).data("/attachments", parent=PLAN)
    assert [each["name"] for each in found] == ["Plan, draft 4.pdf", "Figures.xlsx"]
    assert set(found[0]) == {"gid", "resource_type", "name", "resource_subtype"}


@pytest.mark.parametrize("path", [STORIES, ATTACHMENTS])
def test_each_needs_a_scope_of_its_own(app, path):
    response = app.api(ADA).get(path)
    assert response.status_code == 403
    assert "missing the required scope" in message(response)


@pytest.mark.parametrize("path", [STORIES, ATTACHMENTS])
def test_nobody_reads_those_of_another_persons_task(app, asana, path):
    assert everything(app, asana, SAM).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/tasks/1300101000000001/stories", "/attachments"])
def test_a_task_without_any_has_an_empty_list(app, asana, path):
    assert everything(app, asana).data(path, parent="1300101000000001") == []


def test_the_page_of_a_task_shows_them(asana, app):
    (plan,) = [task for task in asana.tasks(ADA) if task["gid"] == PLAN]
    page = app.http.get(plan["permalink_url"]).text
    assert "Figures.xlsx" in page
    assert "Draft four is attached." in page
