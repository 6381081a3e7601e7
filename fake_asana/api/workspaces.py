from typing import Any

from flask import Blueprint

from fake_asana.api.access import me, needs
from fake_asana.api.errors import forbidden, unknown, unrecognized
from fake_asana.api.fields import COMPACT_TREE, full, pick, wanted
from fake_asana.api.paging import paged
from fake_asana.people import WORKSPACES, Person, Workspace
from fake_asana.weather import all_faults

workspaces = Blueprint("workspaces", __name__)


@workspaces.get("/workspaces")
@needs("workspaces:read")
def get_workspaces() -> dict[str, Any]:
    tree = wanted() or COMPACT_TREE
    rows = [workspace.full() for workspace in workspaces_of(me())]
    return paged(rows, lambda row: pick(row, tree), lambda _: True)


@workspaces.get("/workspaces/<gid>")
@needs("workspaces:read")
def get_workspace(gid: str) -> dict[str, Any]:
    record, tree = visible_workspace(gid).full(), wanted()
    return {"data": full(record) if tree is None else pick(record, tree)}


def workspaces_of(person: Person) -> list[Workspace]:
    """All but those whose admins have blocked the app: they are not listed at all."""
    hidden = {fault.value for fault in all_faults("hide_workspace")}
    return [workspace for workspace in person.workspaces if workspace.gid not in hidden]


def visible_workspace(gid: str) -> Workspace:
    if not gid.isdigit():
        raise unrecognized("workspace", gid)
    workspace = next((each for each in workspaces_of(me()) if each.gid == gid), None)
    if workspace is None:
        hidden = me().workspace(gid) or gid not in WORKSPACES
        raise unknown("workspace", gid) if hidden else forbidden("workspace")
    if any(fault.value == gid for fault in all_faults("forbid_workspace")):
        raise forbidden("workspace")
    return workspace
