from typing import Any

from flask import Blueprint

from fake_asana.api.authentication import me, needs
from fake_asana.api.errors import forbidden, unknown, unrecognized
from fake_asana.api.fields import COMPACT_TREE, full, pick, wanted
from fake_asana.api.paging import paged
from fake_asana.people import WORKSPACES, Person, Workspace
from fake_asana.request_hooks import first_fault

workspaces = Blueprint("workspaces", __name__)


@workspaces.get("/workspaces")
@needs("workspaces:read")
def get_workspaces() -> dict[str, Any]:
    tree = wanted() or COMPACT_TREE
    rows = [workspace.full() for workspace in workspaces_of(me())]
    return paged(rows, lambda row: pick(row, tree))


@workspaces.get("/workspaces/<gid>")
@needs("workspaces:read")
def get_workspace(gid: str) -> dict[str, Any]:
    record, tree = visible_workspace(gid).full(), wanted()
    return {"data": full(record) if tree is None else pick(record, tree)}


def workspaces_of(person: Person) -> list[Workspace]:
    """Return a person's workspaces, without hidden ones: those whose admins blocked the app."""
    every = person.workspaces
    return [each for each in every if not first_fault("hide_workspace", value=each.gid)]


def visible_workspace(gid: str) -> Workspace:
    if not gid.isdigit():
        raise unrecognized("workspace", gid)
    workspace = me().workspace(gid)
    if gid not in WORKSPACES or (workspace and first_fault("hide_workspace", value=gid)):
        raise unknown("workspace", gid)
    if workspace is None or first_fault("forbid_workspace", value=gid):
        raise forbidden("workspace")
    return workspace
