"""What the people are promised to have, for other tests count on it."""

import unicodedata
from datetime import UTC, datetime

import pytest

from tests.stand_in import ADA, BEN, CLEO, DORA, EMIL, FAY, OTHER_SAM, ROBIN, SAM


@pytest.mark.parametrize(
    ("person", "still_open", "completed"),
    [
        (ADA, 65, 15),
        (BEN, 0, 0),
        (CLEO, 0, 0),
        (DORA, 2000, 0),
        (EMIL, 10_000, 0),
        (SAM, 5, 1),
        (OTHER_SAM, 2, 1),
        (ROBIN, 14, 0),
        (FAY, 20_000, 0),
    ],
)
def test_everybody_has_as_much_to_do_as_the_readme_says(asana, person, still_open, completed):
    tasks = asana.tasks(person)
    assert sum(task["completed"] for task in tasks) == completed
    assert sum(not task["completed"] for task in tasks) == still_open
    assert len({task["gid"] for task in tasks}) == len(tasks)
    assert all(task["assignee"]["gid"] == person for task in tasks)


def test_ada_must_write_the_plan_today(asana):
    [plan] = [task for task in asana.tasks(ADA) if task["name"] == "Write the plan"]
    today = datetime.now(UTC).astimezone().date().isoformat()
    assert (plan["completed"], plan["due_on"], plan["due_at"]) == (False, today, None)
    assert plan["num_subtasks"] == 3


def test_robin_has_the_names_that_upset_a_list(asana):
    names = [task["name"] for task in asana.tasks(ROBIN)]
    assert "" in names
    assert max(map(len, names)) > 1000
    assert any(len(word) >= 300 for name in names for word in name.split())
    for odd in ("<script>", "{{", "{%", "=HYPERLINK", "\n", "🌿"):
        assert any(odd in name for name in names)


@pytest.mark.parametrize("person", [ADA, BEN, CLEO, DORA, EMIL, SAM, OTHER_SAM])
def test_nobody_else_has(asana, person):
    """Their lists are what a first visitor sees."""
    for task in asana.tasks(person):
        places = [each[kind] for each in task["memberships"] for kind in ("project", "section")]
        for name in [task["name"], *(place["name"] for place in places)]:
            assert 0 < len(name) < 80
            assert not set("<>{}=\\\n\t") & set(name), name
            assert not [char for char in name if unicodedata.category(char) in {"So", "Cf"}], name


def test_ada_has_every_kind_of_task(asana):
    tasks = asana.tasks(ADA)
    today = datetime.now(UTC).astimezone().date().isoformat()
    assert max(len(task["projects"]) for task in tasks) == 3
    assert {task["resource_subtype"] for task in tasks} == {
        "default_task",
        "milestone",
        "approval",
        "custom",
    }
    due = [task["due_on"] for task in tasks if not task["completed"]]
    assert None in due
    assert min(filter(None, due)) < today < max(filter(None, due))
    assert all(task["due_on"] for task in tasks if task["due_at"])


def test_a_task_has_a_page_to_link_to(asana, app):
    [odd] = [task for task in asana.tasks(ROBIN) if task["name"].startswith("<script>")]
    page = app.http.get(odd["permalink_url"])
    assert odd["permalink_url"].startswith(asana.url + "/1/")
    assert page.status_code == 200
    assert "&lt;script&gt;alert" in page.text
    assert "<script" not in page.text
    assert app.http.get(f"{asana.url}/1/7/task/{odd['gid']}").status_code == 404


def test_the_front_page_says_who_lives_here(asana, app):
    page = app.http.get(asana.url).text
    assert asana.issuer in page
    assert "Emil Sørensen" in page
