"""Who completed a task, as opt_fields tell it."""

import pytest

from tests.fake_asana.places import MUSEUM
from tests.stand_in import ADA, SAM

OPEN = "1300101000100001"


@pytest.fixture
def api(app):
    return app.api(ADA)


def told(api, fields="completed_by.name"):
    tasks = api.tasks(MUSEUM, opt_fields=fields)
    return next(task["completed_by"] for task in tasks if task["gid"] == OPEN)


def test_of_an_open_task_it_is_null(api):
    assert told(api) is None


def test_completing_through_the_api_makes_it_the_owner_of_the_token(api):
    api.put(f"/tasks/{OPEN}", {"data": {"completed": True}})
    assert told(api) == {"gid": ADA, "name": "Ada Okafor"}
    assert told(api, "completed_by") == {"gid": ADA, "resource_type": "user"}
    whole = api.data(f"/tasks/{OPEN}")["completed_by"]
    assert whole == {"gid": ADA, "resource_type": "user", "name": "Ada Okafor"}


def test_completing_by_somebody_else_makes_it_them(asana, api):
    asana.complete(OPEN, SAM)
    assert told(api) == {"gid": SAM, "name": "Sam Reyes"}
    asana.reopen(OPEN)
    assert told(api) is None
    asana.complete(OPEN)
    assert told(api)["name"] == "Mira Lund"


def test_completing_again_changes_neither_when_nor_who(asana, api):
    asana.complete(OPEN, SAM)
    before = asana.task(OPEN)["completed_at"]
    api.put(f"/tasks/{OPEN}", {"data": {"completed": True}})
    assert asana.task(OPEN)["completed_at"] == before
    assert told(api)["gid"] == SAM
