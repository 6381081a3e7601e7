"""Tasks of one person's own lists: https://developers.asana.com/reference/tasks"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Blueprint, request

from fake_asana.api.authentication import me, needs
from fake_asana.api.errors import ApiError, forbidden, unknown, unrecognized
from fake_asana.api.fields import Record, compact, full, pick, wanted
from fake_asana.api.paging import paged
from fake_asana.api.task_filters import asked_filter
from fake_asana.api.task_update import changes, read_body
from fake_asana.api.workspaces import visible_workspace
from fake_asana.people import Person, find_person
from fake_asana.request_hooks import first_fault
from fake_asana.tasks import Task
from fake_asana.world import world

tasks = Blueprint("tasks", __name__)

ONE_FILTER = (
    "Must specify exactly one of project, tag, section, user task list, or assignee + workspace"
)


@tasks.get("/tasks")
@needs("tasks:read")
def get_tasks() -> dict[str, Any]:
    asked = {"project", "section", "tag", "user_task_list", "assignee", "workspace"}
    given = {name for name in asked if request.args.get(name)}
    if given == {"assignee", "workspace"}:
        return list_tasks(_assigned())
    if len(given) == 1 and (name := given.pop()) in {"project", "section", "tag"}:
        return list_tasks(_accepted(_in(name, request.args[name])))
    raise ApiError(400, ONE_FILTER)


@tasks.get("/tasks/<gid>")
@needs("tasks:read")
def get_task(gid: str) -> dict[str, Any]:
    return _one(visible_task(gid))


@tasks.put("/tasks/<gid>")
@needs("tasks:write")
def update_task(gid: str) -> dict[str, Any]:
    task = visible_task(gid)
    with world().changing():
        world().tasks.change(task, changes(task, read_body(), me()))
    return _one(task)


@tasks.get("/tasks/<gid>/subtasks")
@needs("tasks:read")
def get_subtasks_for_task(gid: str) -> dict[str, Any]:
    """List the subtasks assigned to the same person, in the workspace of their parent."""
    task = visible_task(gid)
    beside = world().tasks.of(me(), task["workspace"]["gid"])
    return list_tasks(
        _accepted(each for each in beside if (each["parent"] or {}).get("gid") == gid)
    )


@tasks.get("/tasks/<gid>/stories")
@needs("stories:read")
def get_stories_for_task(gid: str) -> dict[str, Any]:
    visible_task(gid)
    return paged(world().tasks.comments(gid), _show())


@tasks.get("/attachments")
@needs("attachments:read")
def get_attachments_for_object() -> dict[str, Any]:
    gid = request.args.get("parent", "")
    visible_task(gid)
    return paged(world().tasks.attachments(gid), _show())


def list_tasks(rows: Sequence[Task]) -> dict[str, Any]:
    return paged(rows, _show(), world().tasks.rank)


def _show() -> Callable[[Record], Record]:
    tree = wanted()
    return compact if tree is None else lambda row: pick(row, tree)


def _accepted(tasks: Iterable[Task]) -> list[Task]:
    return list(filter(asked_filter().accepts, tasks))


def visible_task(gid: str) -> Task:
    if not gid.isdigit():
        raise unrecognized("task", gid)
    found = world().tasks.find(gid)
    if found is None:
        raise unknown("task", gid)
    if not _may_read(*found) or first_fault("forbid_task", value=gid):
        raise forbidden("task")
    task = found[1]
    try:
        visible_workspace(task["workspace"]["gid"])
    except ApiError as error:  # what is hidden is not told
        raise unknown("task", gid) if error.status == 404 else forbidden("task") from error
    return task


def _may_read(owner: Person, task: Task) -> bool:
    """Tell whether I have the task, had it first, or follow it.

    Everybody to whom a task was assigned follows it.
    """
    followers = task["followers"] if isinstance(task["followers"], list) else []
    people = [each for each in (task["assignee"], *followers) if isinstance(each, dict)]
    return owner is me() or any(each.get("gid") == me().gid for each in people)


def _one(task: Task) -> dict[str, Any]:
    tree = wanted()
    return {"data": full(task) if tree is None else pick(task, tree)}


def _assigned() -> Sequence[Task]:
    workspace = visible_workspace(request.args["workspace"])
    name = request.args["assignee"]
    person = find_person(name, me())
    if person is None:
        raise unrecognized("assignee", name)
    if person.workspace(workspace.gid) is None:
        raise ApiError(400, f"assignee: Not a user in Organization: {name}")
    # nobody here sees the list of another
    return world().tasks.of(me(), workspace.gid, asked_filter()) if person is me() else []


def _in(kind: str, gid: str) -> list[Task]:
    if not gid.isdigit():
        raise unrecognized(kind, gid)
    places: dict[str, Callable[[Task], list[Record]]] = {
        "project": lambda task: task["projects"],
        "section": lambda task: [each["section"] for each in task["memberships"]],
        "tag": lambda task: task["tags"],
    }
    mine = world().tasks.all_of(me())
    found = [task for task in mine if any(each["gid"] == gid for each in places[kind](task))]
    if not found:
        raise unknown(kind, gid)
    visible_workspace(found[0]["workspace"]["gid"])
    return found
