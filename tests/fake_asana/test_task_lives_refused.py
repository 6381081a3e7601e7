"""Hold what the control endpoints for the lives of tasks refuse."""

import pytest

from tests.fake_asana.places import BAKERY, MUSEUM
from tests.stand_in import ADA

PLAN, APPROVAL = "1300101000000007", "1300101000100008"


def refused(asana, app, path, body):
    response = app.http.post(f"{asana.url}/control/{path}", json=body)
    return response.status_code


@pytest.mark.parametrize(
    "body",
    [
        {"workspace": MUSEUM},
        {"name": "x"},
        {"name": 7, "workspace": MUSEUM},
        {"name": "x", "workspace": BAKERY},
        {"name": "x", "workspace": MUSEUM, "due_on": "soon"},
        {"name": "x", "workspace": MUSEUM, "due_on": 7},
        {"name": "x", "workspace": MUSEUM, "project": 7},
        {"name": "x", "workspace": MUSEUM, "place": "middle"},
        {"name": "x", "workspace": MUSEUM, "colour": "blue"},
    ],
)
def test_a_senseless_new_task_is_refused(asana, app, body):
    assert refused(asana, app, f"people/{ADA}/tasks", body) == 400
    assert refused(asana, app, "people/7/tasks", body) == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"tasks/{PLAN}", {"assignee": "7"}, 400),
        (f"tasks/{PLAN}", {"assignee": ["7"]}, 400),
        (f"tasks/{PLAN}", {"workspace": BAKERY}, 400),
        (f"tasks/{PLAN}", {"workspace": None}, 400),
        (f"tasks/{PLAN}", {"completed": "yes"}, 400),
        (f"tasks/{PLAN}", {"completed_by": "7"}, 400),
        (f"tasks/{PLAN}", {"modified_at": "soon"}, 400),
        (f"tasks/{PLAN}", {"project": None}, 400),
        (f"tasks/{APPROVAL}", {"approval_status": "maybe"}, 400),
        (f"tasks/{PLAN}/move", {"before": PLAN}, 400),
        (f"tasks/{PLAN}/move", {"before": APPROVAL}, 400),
        (f"tasks/{PLAN}/move", {"before": "7"}, 404),
        (f"tasks/{PLAN}/move", {"after": None}, 400),
        ("tasks/7/move", {"before": None}, 404),
        (f"tasks/{PLAN}/comments", {}, 400),
        (f"tasks/{PLAN}/comments", {"text": "x", "person": "7"}, 400),
        ("projects/7", {"name": "x"}, 404),
        ("sections/7", {"name": "x"}, 404),
    ],
)
def test_what_makes_no_sense_is_refused(asana, app, path, body, status):
    before = asana.task(PLAN)
    assert refused(asana, app, path, body) == status
    assert asana.task(PLAN) == before


def test_a_project_needs_a_name(asana, app):
    gid = asana.task(PLAN)["projects"][0]["gid"]
    assert refused(asana, app, f"projects/{gid}", {}) == 400
