"""People whose tasks are here already, and who let us change them."""

import pytest

from asana_tasks.models import Task
from asana_tasks.sync import engine
from tests.people import Person, path_of
from tests.stand_in import StandIn


@pytest.fixture
def writer(owner_with_tasks: Person, asana: StandIn) -> Person:
    """Ada, who has allowed changes."""
    owner_with_tasks.allow_writing(asana)
    return owner_with_tasks


def allow_changes(person: Person, asana: StandIn, gid: str) -> Person:
    """By the page that asks for it, and Asana's; her tasks are here afterwards."""
    account = person.user.asana_accounts.get(gid=gid)
    response = person.post(f"/accounts/{account.pk}/permission/")
    person.get(path_of(asana.allow(response["Location"], gid)))
    account.refresh_from_db()
    assert account.may_write
    assert engine.run_sync(account).state == "done"
    return person


def named(name: str) -> Task:
    return Task.objects.get(name=name)


def puts(asana: StandIn) -> list[dict]:
    return [each for each in asana.requests("/api/1.0/tasks") if each["method"] == "PUT"]
