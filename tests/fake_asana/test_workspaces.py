import pytest

from tests.fake_asana.app import message
from tests.fake_asana.places import LIGHTHOUSE, PERSONAL, QUIET
from tests.stand_in import ADA, BEN, CLEO, DORA, EMIL, OTHER_SAM, ROBIN, SAM


@pytest.mark.parametrize(
    ("person", "count"),
    [(ADA, 3), (BEN, 1), (CLEO, 0), (DORA, 8), (EMIL, 1), (SAM, 2), (OTHER_SAM, 1), (ROBIN, 1)],
)
def test_everybody_has_their_own(app, person, count):
    workspaces = app.api(person).data("/workspaces")
    assert len({each["gid"] for each in workspaces}) == len(workspaces) == count
    assert all(set(each) == {"gid", "resource_type", "name"} for each in workspaces)


def test_two_strangers_share_the_old_pseudo_workspace(app):
    names = [app.api(person).data(f"/workspaces/{PERSONAL}")["name"] for person in (ADA, SAM)]
    assert names == ["Personal Projects"] * 2


def test_one_alone_is_told_in_full(app):
    workspace = app.api(ADA).data(f"/workspaces/{LIGHTHOUSE}")
    assert workspace["is_organization"] is True
    assert workspace["email_domains"] == ["example.com"]


@pytest.mark.parametrize(
    ("gid", "status", "text"),
    [
        (QUIET, 403, "workspace: Forbidden"),
        ("7", 404, "workspace: Unknown object: 7"),
        ("abc", 400, "workspace: Not a recognized ID: abc"),
    ],
)
def test_others_are_closed(app, gid, status, text):
    api = app.api(ADA)
    for response in (
        api.get(f"/workspaces/{gid}"),
        api.get("/tasks", assignee="me", workspace=gid),
        api.get("/users/me/user_task_list", workspace=gid),
    ):
        assert (response.status_code, message(response)) == (status, text)
