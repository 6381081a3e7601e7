"""The people of the stand-in. Their gids are fixed, so that tests and bookmarks may name them."""

from fake_asana.people.model import Person, Workspace
from fake_asana.people.residents import RESIDENTS

PEOPLE: dict[str, Person] = {person.gid: person for person in RESIDENTS}
WORKSPACES: dict[str, Workspace] = {
    workspace.gid: workspace for person in RESIDENTS for workspace in person.workspaces
}

__all__ = ["PEOPLE", "WORKSPACES", "Person", "Workspace", "find_person"]


def find_person(name: str, me: Person) -> Person | None:
    """Find a person by `me`, gid or e-mail address, which Asana accepts for every user.

    None if there is none.
    """
    if name in {"me", me.email}:
        return me
    by_email = (person for person in RESIDENTS if person.email == name)
    return PEOPLE.get(name) or next(by_email, None)
