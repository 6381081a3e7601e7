"""Who has which tasks in which workspace, and building them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache, partial

from fake_asana.people import PEOPLE, Person, Workspace
from fake_asana.people import residents as home
from fake_asana.tasks import ada, crowds, robin
from fake_asana.tasks.record import Desk
from fake_asana.tasks.related import Task, places
from fake_asana.tasks.spec import Spec

ADA, DORA, EMIL, SAM, OTHER_SAM, ROBIN, FAY = (
    f"1200000000000{number}" for number in (101, 104, 105, 106, 107, 108, 109)
)

WORK: dict[tuple[str, str], Callable[[], Iterable[Spec]]] = {
    (ADA, home.LIGHTHOUSE.gid): lambda: ada.COMPANY,
    (ADA, home.MUSEUM.gid): lambda: ada.CLIENT,
    (ADA, home.PERSONAL.gid): lambda: ada.PERSONAL,
    (EMIL, home.ARCHIVE.gid): crowds.archive,
    (SAM, home.BAKERY.gid): lambda: crowds.BAKERY,
    (SAM, home.PERSONAL.gid): lambda: crowds.SAMS_OWN,
    (OTHER_SAM, home.CHOIR.gid): lambda: crowds.CHOIR,
    (ROBIN, home.PROOFS.gid): lambda: robin.PATTERNS,
    (FAY, home.TIDES.gid): crowds.tides,
    **{
        (DORA, workspace.gid): partial(crowds.branch, city)
        for city, workspace in enumerate(home.BRANCHES, start=1)
    },
}


@dataclass
class Built:
    """The tasks built for one person, and what is beside them, by the gid of a task."""

    tasks: dict[str, Task] = field(default_factory=dict)
    stories: dict[str, list[Task]] = field(default_factory=dict)
    attachments: dict[str, list[Task]] = field(default_factory=dict)


def build(person: Person, today: date, url: str) -> Built:
    built = Built()
    for place, workspace in enumerate(person.workspaces):
        desk = Desk(person, workspace, midnight(today), url)
        for number, spec in enumerate(_specs(person, workspace), start=place * 100_000 + 1):
            task = desk.record(number, spec)
            built.tasks[task["gid"]] = task
        built.stories |= desk.stories
        built.attachments |= desk.attachments
    return built


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min).astimezone()


def owner_of(gid: str) -> Person | None:
    """Return the person to whom the task with this gid was first assigned."""
    return PEOPLE.get(f"1200000000000{gid[4:7]}") if gid.startswith("1300") else None


@cache
def built_places() -> frozenset[tuple[str, str]]:
    """Return kind and gid of all projects and sections of built tasks."""
    return frozenset(_places())


def _places() -> Iterator[tuple[str, str]]:
    for person in PEOPLE.values():
        for workspace in person.workspaces:
            for name in {each for spec in _specs(person, workspace) for each in spec.where}:
                yield from ((kind, place["gid"]) for kind, place in places(name, workspace).items())


def _specs(person: Person, workspace: Workspace) -> Iterable[Spec]:
    return WORK.get((person.gid, workspace.gid), tuple)()
