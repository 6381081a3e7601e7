"""The fields of a task that change together when somebody else in Asana changes one of them."""

from collections.abc import Callable
from typing import Any

from fake_asana.api.errors import ApiError
from fake_asana.api.task_filters import parse_moment
from fake_asana.clock import timestamp
from fake_asana.control.blueprint import Body, person, text
from fake_asana.people import PEOPLE, WORKSPACES
from fake_asana.tasks import Task
from fake_asana.tasks.completion import APPROVAL, with_completion
from fake_asana.tasks.related import places, related
from fake_asana.tasks.spec import INBOX
from fake_asana.tasks.work import owner_of
from fake_asana.world import world

SOMEBODY = related("user", "Mira Lund")  # a colleague who does not live here


def fields_of(task: Task, sent: Body) -> Task:
    """Return the fields sent, with those that they bring. Raises ApiError (400)."""
    changed: Task = {
        name: READERS[name](name, value) if name in READERS else value
        for name, value in sent.items()
        if name != "project"
    }
    changed = {**_brought_by_list(task, changed), **changed}
    if "project" in sent:
        changed.update(_with_project({**task, **changed}, text(sent, "project")))
    by = changed.get("completed_by") or SOMEBODY
    return with_completion(task, changed, by, timestamp(world().clock.now()))


def _brought_by_list(task: Task, changed: Task) -> Task:
    """Return what changes with the assignee or the workspace, which decide in whose list it is."""
    if changed.keys().isdisjoint({"assignee", "workspace"}):
        return {}
    after: Task = {**task, **changed}
    assignee = after["assignee"]
    brought: Task = {"assignee_section": None}
    if assignee:
        owner = assignee["gid"] + after["workspace"]["gid"]
        brought["assignee_section"] = related("section", INBOX, owner)
    if assignee and isinstance(task["followers"], list) and assignee not in task["followers"]:
        brought["followers"] = [*task["followers"], assignee]
    if "workspace" in changed:
        brought.update(_brought_by_workspace(task, assignee, changed["workspace"]["gid"]))
    return brought


def _brought_by_workspace(task: Task, assignee: Task | None, gid: str) -> Task:
    """Return what belongs to the workspace a task is moved to, or is left behind."""
    whose = PEOPLE[assignee["gid"]] if assignee else owner_of(task["gid"])
    if whose is None or whose.workspace(gid) is None:
        raise ApiError(400, "workspace must be the gid of one of the assignee's workspaces.")
    url = f"{world().url}/1/{gid}/task/{task['gid']}"
    return {"memberships": [], "projects": [], "tags": [], "permalink_url": url}


def _with_project(task: Task, name: str) -> Task:
    """Return the places of a task that is added to "Project" or "Project / Section"."""
    added = places(name, WORKSPACES[task["workspace"]["gid"]])
    if added in task["memberships"]:
        return {}
    projects = [each for each in task["projects"] if each != added["project"]]
    return {
        "memberships": [*task["memberships"], added],
        "projects": [*projects, added["project"]],
    }


def _user(_name: str, gid: Any) -> Task | None:
    return None if gid is None else person(gid).as_user()


def _workspace(name: str, gid: Any) -> Task:
    if not isinstance(gid, str) or gid not in WORKSPACES:
        raise ApiError(400, f"{name} must be the gid of a workspace.")
    return WORKSPACES[gid].compact()


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ApiError(400, f"{name} must be true or false.")
    return value


def _approval(name: str, value: Any) -> str | None:
    if value is not None and value not in [*APPROVAL]:
        raise ApiError(400, f"{name} must be null or one of {', '.join(APPROVAL)}.")
    return None if value is None else str(value)


def _moment(name: str, value: Any) -> str:
    try:
        return timestamp(parse_moment(str(value)))
    except (ValueError, OverflowError):
        raise ApiError(400, f"{name} must be a date-time.") from None


READERS: dict[str, Callable[[str, Any], Any]] = {
    "approval_status": _approval,
    "assignee": _user,
    "completed": _boolean,
    "completed_by": _user,
    "modified_at": _moment,
    "workspace": _workspace,
}
