"""Records of tasks in the format of Asana's API."""

import html
import zlib
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from fake_asana.clock import timestamp
from fake_asana.people import Person, Workspace
from fake_asana.tasks.spec import Spec

Task = dict[str, Any]


@lru_cache(maxsize=4096)
def related(kind: str, name: str, owner: str = "") -> dict[str, Any]:
    """Return a related object; the same kind, owner and name have the same gid on every start."""
    number = zlib.crc32(f"{kind}/{owner}/{name}".encode())
    return {"gid": f"1204{number:012}", "resource_type": kind, "name": name}


def task_gid(person: Person, number: int) -> str:
    """Return the gid of a task. Part of it is from the person's gid, by which a task is found."""
    return f"1300{person.gid[-3:]}{number:09}"


class Desk:
    """A builder of one person's tasks of one workspace."""

    def __init__(self, person: Person, workspace: Workspace, midnight: datetime, url: str) -> None:
        self.midnight = midnight
        self.url = f"{url}/1/{workspace.gid}/task/"
        self.person = person
        self.user = {**person.compact(), "email": person.email}
        self.workspace = workspace.compact()
        self.owner = workspace.gid
        self.written: dict[str, Task] = {}  # by name; a parent comes before its subtasks

    def record(self, number: int, spec: Spec) -> Task:
        gid = task_gid(self.person, number)
        created = self.midnight - timedelta(days=spec.age, minutes=number % 500 + 60)
        task = {
            "gid": gid,
            "resource_type": "task",
            "name": spec.name,
            "resource_subtype": spec.subtype,
            "approval_status": spec.approval,
            "assignee": self.user,
            "assignee_section": related("section", spec.bucket, self.person.gid + self.owner),
            "created_at": timestamp(created),
            "created_by": self.user,
            "custom_fields": [self._custom_field(*field) for field in spec.fields],
            "custom_type": related("custom_type", "Idea") if spec.subtype == "custom" else None,
            "dependencies": [],
            "dependents": [],
            "external": None,
            "followers": [self.user, *(related("user", name) for name in spec.followers)],
            "html_notes": f"<body>{html.escape(spec.notes)}</body>",
            "is_rendered_as_separator": False,
            "liked": False,
            "likes": [],
            "modified_at": timestamp(created + timedelta(minutes=7)),
            "notes": spec.notes,
            "num_likes": 0,
            "num_subtasks": spec.subtasks,
            "parent": self._parent(spec.parent),
            "permalink_url": self.url + gid,
            "tags": [related("tag", tag, self.owner) for tag in spec.tags],
            "workspace": self.workspace,
        }
        self.written[spec.name] = task
        return {**task, **self._dates(spec), **self._completion(spec), **self._places(spec)}

    def _dates(self, spec: Spec) -> Task:
        day = None if spec.due is None else (self.midnight + timedelta(days=spec.due)).date()
        start = None if spec.start is None else (self.midnight + timedelta(days=spec.start)).date()
        moment = None
        if day and spec.at:
            moment = datetime.combine(day, time.fromisoformat(spec.at)).astimezone()
        return {
            "due_on": day.isoformat() if day else None,
            "due_at": timestamp(moment.astimezone(UTC)) if moment else None,
            "start_on": start.isoformat() if start else None,
            "start_at": None,
        }

    def _completion(self, spec: Spec) -> Task:
        if spec.done is None:
            return {"completed": False, "completed_at": None, "completed_by": None}
        moment = timestamp(self.midnight - timedelta(days=spec.done) + timedelta(minutes=1))
        completion = {"completed": True, "completed_at": moment, "completed_by": self.user}
        return {**completion, "modified_at": moment}

    def _places(self, spec: Spec) -> Task:
        memberships = []
        for place in spec.where:
            project, _, section = place.partition(" / ")
            memberships.append(
                {
                    "project": related("project", project, self.owner),
                    "section": related("section", section or "Untitled section", project),
                }
            )
        projects = [membership["project"] for membership in memberships]
        return {"memberships": memberships, "projects": projects}

    def _parent(self, name: str | None) -> Task | None:
        if name is None:
            return None
        parent = self.written[name]
        names = ("gid", "resource_type", "name", "resource_subtype")
        return {key: parent[key] for key in names}

    def _custom_field(self, name: str, value: str) -> dict[str, Any]:
        option = {**related("enum_option", value, name), "enabled": True, "color": "blue"}
        return {
            **related("custom_field", name, self.owner),
            "resource_subtype": "enum",
            "type": "enum",
            "enabled": True,
            "enum_value": option,
            "display_value": value,
        }
