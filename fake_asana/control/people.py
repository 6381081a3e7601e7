"""People, and creating a task for one of them."""

from datetime import date

from fake_asana.api.errors import ApiError, unknown
from fake_asana.control.blueprint import Body, control, read, text
from fake_asana.people import PEOPLE, Person, Workspace
from fake_asana.tasks.spec import Spec
from fake_asana.world import world


@control.get("/people")
def people() -> Body:
    rows = [
        {**each.compact(), "email": each.email, "about": each.about} for each in PEOPLE.values()
    ]
    return {"data": rows}


@control.get("/people/<gid>/tasks")
def tasks(gid: str) -> Body:
    return {"data": list(world().tasks.all_of(_person(gid)))}


@control.post("/people/<gid>/tasks")
def create_task(gid: str) -> Body:
    """Create a task assigned to that person; return it in full."""
    person = _person(gid)
    asked = read("name", "workspace", "due_on", "project", "place")
    spec = Spec(text(asked, "name"), where=_places(asked))
    about = person, _workspace(person, asked), spec, _day(asked)
    if asked.get("place", "start") not in ["start", "end"]:
        raise ApiError(400, 'place must be "start" or "end".')
    with world().changing():
        task = world().tasks.create(*about, first=asked.get("place") != "end")
    return {"data": task}


def _person(gid: str) -> Person:
    if gid not in PEOPLE:
        raise unknown("user", gid)
    return PEOPLE[gid]


def _workspace(person: Person, asked: Body) -> Workspace:
    workspace = person.workspace(text(asked, "workspace"))
    if workspace is None:
        raise ApiError(400, f"workspace must be the gid of one of {person.name}'s workspaces.")
    return workspace


def _places(asked: Body) -> tuple[str, ...]:
    return (text(asked, "project"),) if asked.get("project") is not None else ()


def _day(asked: Body) -> str | None:
    if asked.get("due_on") is None:
        return None
    try:
        return date.fromisoformat(text(asked, "due_on")).isoformat()
    except ValueError:
        raise ApiError(400, "due_on must be a date, like 2027-03-04.") from None
