from typing import Any

from flask import Blueprint, request

from fake_asana.api.authentication import me, needs
from fake_asana.api.errors import forbidden, unknown
from fake_asana.api.fields import COMPACT_TREE, full, pick, wanted
from fake_asana.api.paging import paged
from fake_asana.api.workspaces import visible_workspace, workspaces_of
from fake_asana.people import PEOPLE, Person, find_person
from fake_asana.world import world

users = Blueprint("users", __name__)


@users.get("/users")
@needs("users:read")
def get_users() -> dict[str, Any]:
    workspace = request.args.get("workspace")
    return _colleagues(visible_workspace(workspace).gid if workspace else None)


@users.get("/workspaces/<gid>/users")
@needs("users:read")
def get_users_for_workspace(gid: str) -> dict[str, Any]:
    return _colleagues(visible_workspace(gid).gid)


@users.get("/users/<gid>")
@needs("users:read")
def get_user(gid: str) -> dict[str, Any]:
    record, tree = describe(visible_person(gid)), wanted()
    return {"data": full(record) if tree is None else pick(record, tree)}


def visible_person(gid: str) -> Person:
    person = find_person(gid, me())
    if person is None:
        raise unknown("user", gid)
    if not person.meets(me()):
        raise forbidden("user")
    return person


def describe(person: Person) -> dict[str, Any]:
    shared = [
        workspace.full() for workspace in workspaces_of(me()) if person.workspace(workspace.gid)
    ]
    return {**person.full(world().url), "workspaces": shared}


def _colleagues(workspace: str | None) -> dict[str, Any]:
    tree = wanted() or COMPACT_TREE
    people = [person for person in PEOPLE.values() if person.meets(me())]
    rows = [describe(each) for each in people if workspace is None or each.workspace(workspace)]
    return paged(rows, lambda row: pick(row, tree))
