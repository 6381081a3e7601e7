import pytest

from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import Workspace


@pytest.fixture
def workspace(owner_with_tasks) -> Workspace:
    return owner_with_tasks.account.workspaces.get(gid="498346170860")


def text(response) -> str:
    return response.content.decode()


def test_the_list_shows_counts_age_and_state(owner, workspace):
    workspace.last_error = ErrorCode.FORBIDDEN
    workspace.save()
    page = text(owner.get("/workspaces/"))
    open_tasks = workspace.tasks.open().count()
    assert f"<strong>{open_tasks}</strong> open tasks" in page
    assert "Synced" in page
    assert "let us see this" in page
    assert f'href="/workspaces/{workspace.pk}/"' in page


def test_a_workspace_shows_its_tasks_alone(owner, workspace):
    response = owner.get(f"/workspaces/{workspace.pk}/", follow=True)
    tasks = response.context["page"]
    assert {task.workspace_id for task in tasks} == {workspace.pk}
    assert len(tasks) == workspace.tasks.open().count()


def test_another_user_finds_neither(owner, other_user, workspace):
    assert str(workspace) not in text(other_user.get("/workspaces/"))
    assert other_user.get(f"/workspaces/{workspace.pk}/").status_code == 404


def test_an_administrator_finds_neither(owner, administrator, workspace):
    assert str(workspace) not in text(administrator.get("/workspaces/"))
    assert administrator.get(f"/workspaces/{workspace.pk}/").status_code == 404


def test_nobody_is_sent_to_sign_in(nobody, workspace):
    assert nobody.get("/workspaces/")["Location"].startswith("/login/")
    assert nobody.get(f"/workspaces/{workspace.pk}/")["Location"].startswith("/login/")


@pytest.mark.parametrize("pk", ["0", "999999999", "9" * 30])
def test_one_that_is_not_there_is_a_plain_404(owner, pk):
    response = owner.get(f"/workspaces/{pk}/")
    assert response.status_code == 404
    assert "There is no such page" in text(response)
