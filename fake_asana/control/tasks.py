"""Tasks, projects and sections, changed as by somebody else in Asana."""

from fake_asana.api.errors import ApiError, unknown
from fake_asana.control.blueprint import Body, control, person, read, text
from fake_asana.control.task_changes import SOMEBODY, fields_of
from fake_asana.tasks import Task
from fake_asana.tasks.work import built_places
from fake_asana.world import world


@control.get("/tasks/<gid>")
def get_task(gid: str) -> Body:
    return {"data": _task(gid)}


@control.post("/tasks/<gid>")
def change_task(gid: str) -> Body:
    """Change any field of a task, without the rules of PUT."""
    with world().changing():
        task = _task(gid)
        sent = read(*(task.keys() - {"gid"}), "project")
        world().tasks.change(task, fields_of(task, sent))
    return {"data": task}


@control.delete("/tasks/<gid>")
def delete_task(gid: str) -> Body:
    with world().changing():
        world().tasks.delete(_task(gid))
    return {"data": {}}


@control.post("/tasks/<gid>/move")
def move_task(gid: str) -> Body:
    """Move a task to before another one of its list, or to the end of it."""
    task, before = _task(gid), read("before").get("before")
    other = None if before is None else _task(str(before))
    with world().changing():
        if not world().tasks.move(task, other):
            raise ApiError(400, "before must be null or another task of the same list.")
    return {"data": task}


@control.post("/tasks/<gid>/comments")
def add_comment(gid: str) -> Body:
    task, asked = _task(gid), read("text", "person")
    by = SOMEBODY if asked.get("person") is None else person(asked["person"]).as_user()
    said = text(asked, "text")
    with world().changing():
        story = world().tasks.add_comment(task, by, said)
    return {"data": story}


@control.post("/projects/<gid>")
def rename_project(gid: str) -> Body:
    return _rename("project", gid)


@control.post("/sections/<gid>")
def rename_section(gid: str) -> Body:
    return _rename("section", gid)


def _rename(kind: str, gid: str) -> Body:
    """Rename a project or section in all tasks at once, without changing their `modified_at`."""
    if (kind, gid) not in built_places() and (kind, gid) not in world().tasks.changes.places():
        raise unknown(kind, gid)
    name = text(read("name"), "name")
    with world().changing():
        world().tasks.rename(gid, name)
    return {"data": {"gid": gid, "resource_type": kind, "name": name}}


def _task(gid: str) -> Task:
    found = world().tasks.find(gid)
    if found is None:
        raise unknown("task", gid)
    return found[1]
