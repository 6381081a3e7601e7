from urllib.parse import urlencode

import pytest

from asana_tasks.models import SavedView, Task
from tests.markup import page_html


def found(person, words: str) -> str:
    response = person.get(f"/tasks/palette/?{urlencode({'q': words})}")
    assert response.status_code == 200
    return page_html(response)


def test_without_words_there_are_views_and_pages(owner_with_tasks):
    SavedView.objects.create(user=owner_with_tasks.user, name="Mine", query="kind=milestone")
    page = found(owner_with_tasks, "")
    assert 'href="/tasks/?kind=milestone"' in page
    assert 'href="/insights/"' in page
    assert "data-task" not in page


def test_words_find_open_tasks_in_any_case_and_with_any_accents(owner_with_tasks):
    task = owner_with_tasks.user.tasks.open().first()
    Task.objects.filter(pk=task.pk).update(name="Čaj", search_text="caj")
    assert f'data-task="{task.pk}"' in found(owner_with_tasks, "ČAJ")
    Task.objects.filter(pk=task.pk).update(completed=True)
    assert f'data-task="{task.pk}"' not in found(owner_with_tasks, "čaj")


def test_words_find_projects_and_workspaces_as_filters(owner_with_tasks):
    workspace = owner_with_tasks.account.workspaces.first()
    page = found(owner_with_tasks, workspace.name.upper())
    assert f'href="/tasks/?workspace={workspace.pk}"' in page
    project = owner_with_tasks.account.projects.filter(placements__isnull=False).first()
    assert f'href="/tasks/?project={project.pk}"' in found(owner_with_tasks, project.name)


@pytest.mark.parametrize("words", ["nothing of that name", "\u2603", "%", "x" * 5000])
def test_words_that_find_nothing_are_told_so(owner_with_tasks, words):
    assert "Nothing is called that" in found(owner_with_tasks, words)


def test_what_is_found_is_text_and_no_markup(owner_with_tasks):
    task = owner_with_tasks.user.tasks.open().first()
    Task.objects.filter(pk=task.pk).update(name="<img src=x>", search_text="<img src=x>")
    page = found(owner_with_tasks, "<img")
    assert "&lt;img src=x&gt;" in page
    assert "<img" not in page


def test_the_number_of_options_and_queries_does_not_grow(
    owner_with_tasks, django_assert_max_num_queries
):
    Task.objects.update(search_text="many")
    with django_assert_max_num_queries(11):
        page = found(owner_with_tasks, "many")
    assert page.count("data-task") == 8


def test_nobody_finds_what_belongs_to_somebody_else(
    owner_with_tasks, other_user, administrator, nobody
):
    SavedView.objects.create(user=owner_with_tasks.user, name="Secret view")
    task = owner_with_tasks.user.tasks.open().first()
    Task.objects.filter(pk=task.pk).update(name="Secret", search_text="secret")
    assert "data-task" in found(owner_with_tasks, "secret")
    for person in (other_user, administrator):
        assert "Nothing is called that" in found(person, "secret")
    assert nobody.get("/tasks/palette/")["Location"].startswith("/login/")
