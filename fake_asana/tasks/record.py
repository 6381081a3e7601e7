"""Records of tasks in the format of Asana's API."""

import html
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fake_asana.clock import timestamp
from fake_asana.people import Person, Workspace
from fake_asana.tasks.beside import attachment, comment, reference
from fake_asana.tasks.related import Task, places, related
from fake_asana.tasks.spec import Spec

OPTIONS = {"Priority": ("High", "Medium", "Low"), "Stage": ("Waiting", "Doing", "Checked")}
SPREAD = 70  # days in which the tasks without an age of their own were created
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def task_gid(person: Person, number: int) -> str:
    """Return the gid of a task. Part of it is from the person's gid, by which a task is found."""
    return f"1300{person.gid[-3:]}{number:09}"


class Desk:
    """A builder of one person's tasks of one workspace."""

    def __init__(self, person: Person, workspace: Workspace, midnight: datetime, url: str) -> None:
        self.midnight = midnight
        self.url = f"{url}/1/{workspace.gid}/task/"
        self.person = person
        self.user = person.as_user()
        self.place = workspace
        self.workspace = workspace.compact()
        self.owner = workspace.gid
        self.stories: dict[str, list[Task]] = {}  # by the gid of a task that has any
        self.attachments: dict[str, list[Task]] = {}
        self.written: dict[str, Task] = {}  # by name; a parent comes before its subtasks

    def record(self, number: int, spec: Spec) -> Task:
        gid = task_gid(self.person, number)
        created = self.midnight - timedelta(days=_age(number, spec), minutes=number % 500 + 60)
        task = {
            "gid": gid,
            "resource_type": "task",
            "name": spec.name,
            "resource_subtype": spec.subtype,
            "approval_status": spec.approval,
            "assignee": self.user,
            "assignee_section": related("section", spec.bucket, self.person.gid + self.owner),
            "created_at": timestamp(created),
            "created_by": related("user", spec.by) if spec.by else self.user,
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
        self._put_beside(task, spec, created)
        return {**task, **self._dates(spec), **self._completion(spec), **self._places(spec)}

    def _put_beside(self, task: Task, spec: Spec, created: datetime) -> None:
        """Keep comments and attachments, which have endpoints of their own."""
        gid = task["gid"]
        if spec.comments:
            self.stories[gid] = [
                comment(task, place, related("user", who), text, created + timedelta(hours=place))
                for place, (who, text) in enumerate(spec.comments, start=1)
            ]
        if spec.attachments:
            moment = created + timedelta(minutes=5)
            self.attachments[gid] = [attachment(task, name, moment) for name in spec.attachments]

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
        memberships = [places(place, self.place) for place in spec.where]
        projects = [membership["project"] for membership in memberships]
        return {"memberships": memberships, "projects": projects}

    def _parent(self, name: str | None) -> Task | None:
        if name is None:
            return None
        return reference(self.written[name])

    def _custom_field(self, name: str, value: str | float) -> dict[str, Any]:
        """Return a custom field: a number, a day ("2026-11-29"), one of OPTIONS, or a text."""
        field = {**related("custom_field", name, self.owner), "enabled": True}
        shown = f"{value:g}" if isinstance(value, int | float) else value
        return {**field, **self._value(name, value), "display_value": shown}

    def _value(self, name: str, value: str | float) -> dict[str, Any]:
        if isinstance(value, int | float):
            return {"type": "number", "resource_subtype": "number", "number_value": value}
        if name in OPTIONS:
            options = [
                {**related("enum_option", each, name), "enabled": True, "color": "blue"}
                for each in OPTIONS[name]
            ]
            [chosen] = [each for each in options if each["name"] == value]
            kind = {"type": "enum", "resource_subtype": "enum"}
            return {**kind, "enum_options": options, "enum_value": chosen}
        if DAY.fullmatch(value):
            day = {"date": value, "date_time": None}
            return {"type": "date", "resource_subtype": "date", "date_value": day}
        return {"type": "text", "resource_subtype": "text", "text_value": value}


def _age(number: int, spec: Spec) -> int:
    """Return how many days ago a task was created: before it was done, started or due."""
    if spec.age is not None:
        return spec.age
    before = max(spec.done or 0, -(spec.due or 0), -(spec.start or 0))
    return before + 1 + number * 37 % SPREAD
