"""Objects that tasks name: projects, sections, users and the like."""

import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fake_asana.people import Workspace

Task = dict[str, Any]


@lru_cache(maxsize=4096)
def related(kind: str, name: str, owner: str = "") -> dict[str, Any]:
    """Return a related object; the same kind, owner and name have the same gid on every start."""
    number = zlib.crc32(f"{kind}/{owner}/{name}".encode())
    return {"gid": f"1204{number:012}", "resource_type": kind, "name": name}


def places(name: str, workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return the membership of a task in "Project / Section" or "Project"."""
    project, _, section = name.partition(" / ")
    return {
        "project": related("project", project, workspace.gid),
        "section": related("section", section or "Untitled section", workspace.gid + project),
    }


def relabel(task: Task, names: Mapping[str, str]) -> None:
    """Give the projects and sections of a task the new names of `names`, by gid."""

    def named(place: Any) -> Any:
        gid = place.get("gid") if isinstance(place, dict) else None
        return {**place, "name": names[gid]} if isinstance(gid, str) and gid in names else place

    if isinstance(task["projects"], list):
        task["projects"] = [named(each) for each in task["projects"]]
    if isinstance(task["memberships"], list):
        task["memberships"] = [
            {kind: named(place) for kind, place in each.items()} if isinstance(each, dict) else each
            for each in task["memberships"]
        ]
