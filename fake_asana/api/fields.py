"""The parameter `opt_fields`: https://developers.asana.com/docs/inputoutput-options"""

import re
from functools import lru_cache
from typing import Any

from flask import request

from fake_asana.api.authentication import require_scope
from fake_asana.api.errors import ApiError
from fake_asana.request_hooks import first_fault

COMPACT = ("gid", "resource_type", "name", "resource_subtype")
COMPACT_TREE: dict[str, Any] = {name: {} for name in COMPACT}
OPT_IN = {
    "num_subtasks",
    "html_notes",
    "dependencies",
    "dependents",
    "is_rendered_as_separator",
    "external",
    "created_by",
}
# The scope that each kind of related object needs for more than its compact fields.
SCOPES = {
    "user": "users:read",
    "workspace": "workspaces:read",
    "project": "projects:read",
    "tag": "tags:read",
    "task": "tasks:read",
}
RELATED = {
    "assignee": "user",
    "completed_by": "user",
    "created_by": "user",
    "followers": "user",
    "owner": "user",
    "workspace": "workspace",
    "workspaces": "workspace",
    "project": "project",
    "projects": "project",
    "tags": "tag",
    "parent": "task",
}
MOST_PATHS = 1000
GROUP = re.compile(r"\(([^()]*)\)")

Record = dict[str, Any]
Tree = dict[str, Any]


def compact(record: Record) -> Record:
    return {name: record[name] for name in COMPACT if name in record}


def full(record: Record) -> Record:
    """Return the fields that an object's own endpoint sends without opt_fields."""
    return {name: _brief(value) for name, value in record.items() if name not in OPT_IN}


def wanted() -> Tree | None:
    """Return the fields that this request names, None if it names none.

    Raises ApiError (403) if the token has no scope for one of them.
    """
    text = request.args.get("opt_fields", "").strip()
    if not text:
        return None
    tree = parse(text)
    _require_scopes(tree)
    return tree


@lru_cache(maxsize=256)
def parse(text: str) -> Tree:
    tree: Tree = {}
    for path in _expand(text):
        branch = tree
        for name in path.strip().removeprefix("this.").split("."):
            branch = branch.setdefault(name, {})
    return tree


def _expand(text: str) -> list[str]:
    """Return the paths of opt_fields: `(this|parent).name` stands for `this.name,parent.name`.

    Raises ApiError (400) for more than MOST_PATHS.
    """
    waiting, paths = re.split(r",(?![^(]*\))", text), []
    while waiting:
        path = waiting.pop()
        if group := GROUP.search(path):
            before, after = path[: group.start()], path[group.end() :]
            waiting += [before + choice + after for choice in re.split(r"[|,]", group[1])]
        elif path.strip() not in {"", "this"}:
            paths.append(path)
        if len(waiting) + len(paths) > MOST_PATHS:
            raise ApiError(400, "opt_fields: Too many fields")
    return paths


def pick(value: Any, tree: Tree) -> Any:
    """Return exactly the named fields and the gid, of an object or of each in a list."""
    if isinstance(value, list):
        return [pick(each, tree) for each in value]
    if not isinstance(value, dict):
        return value
    if not tree:
        return _reference(value)
    picked = {"gid": value["gid"]} if "gid" in value else {}
    picked.update((name, pick(value[name], tree[name])) for name in tree if name in value)
    return picked


def _reference(value: Record) -> Record:
    """Return a related object of which no field was named: gid and resource_type."""
    if value.get("resource_type") == "custom_field" or "gid" not in value:
        return {name: _brief(each) for name, each in value.items()}
    return {"gid": value["gid"], "resource_type": value["resource_type"]}


def _brief(value: Any) -> Any:
    if isinstance(value, list):
        return [_brief(each) for each in value]
    if isinstance(value, dict) and value.get("resource_type") in {*SCOPES, "section"}:
        return compact(value)
    return value


def _require_scopes(tree: Tree) -> None:
    for name, branch in tree.items():
        if name == "custom_fields" and first_fault("fields_need_scope"):
            require_scope("custom_fields:read")
        if name in RELATED and set(branch) - set(COMPACT):
            require_scope(SCOPES[RELATED[name]])
        _require_scopes(branch)
