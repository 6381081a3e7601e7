"""User task lists, one per person and workspace.

https://developers.asana.com/reference/user-task-lists
"""

from typing import Any

from flask import Blueprint, request

from fake_asana.api.authentication import me, needs
from fake_asana.api.errors import ApiError, forbidden, unknown
from fake_asana.api.fields import full, pick, wanted
from fake_asana.api.task_filters import asked_filter
from fake_asana.api.tasks import list_tasks
from fake_asana.api.users import visible_person
from fake_asana.api.workspaces import visible_workspace
from fake_asana.people import Person, Workspace
from fake_asana.tasks.related import related
from fake_asana.world import world

user_task_lists = Blueprint("user_task_lists", __name__)


@user_task_lists.get("/users/<gid>/user_task_list")
@needs("tasks:read")
def get_user_task_list_for_user(gid: str) -> dict[str, Any]:
    person = visible_person(gid)
    if not request.args.get("workspace"):
        raise ApiError(400, "workspace: Missing input")
    workspace = visible_workspace(request.args["workspace"])
    if person.workspace(workspace.gid) is None:
        raise forbidden("user")
    return _answer(describe(person, workspace))


@user_task_lists.get("/user_task_lists/<gid>")
@needs("tasks:read")
def get_user_task_list(gid: str) -> dict[str, Any]:
    return _answer(describe(me(), _workspace_of(gid)))


@user_task_lists.get("/user_task_lists/<gid>/tasks")
@needs("tasks:read")
def get_tasks_for_user_task_list(gid: str) -> dict[str, Any]:
    return list_tasks(world().tasks.of(me(), _workspace_of(gid).gid, asked_filter()))


def describe(person: Person, workspace: Workspace) -> dict[str, Any]:
    return {
        **related("user_task_list", f"My tasks in {workspace.name}", person.gid + workspace.gid),
        "owner": person.as_user(),
        "workspace": workspace.full(),
    }


def _workspace_of(gid: str) -> Workspace:
    """Return the workspace of a list of one's own; raise ApiError (404) for any other list."""
    for workspace in me().workspaces:
        if describe(me(), workspace)["gid"] == gid:
            return visible_workspace(workspace.gid)
    raise unknown("user_task_list", gid)


def _answer(record: dict[str, Any]) -> dict[str, Any]:
    tree = wanted()
    return {"data": full(record) if tree is None else pick(record, tree)}
