"""Users with synced tasks who have allowed Onelist to change them."""

import pytest

from asana_tasks.models import Task
from asana_tasks.sync import engine
from tests.asana_tasks.workers import PAGES, make_due
from tests.people import Person, path_of
from tests.stand_in import EMIL, StandIn


@pytest.fixture
def writer(owner_with_tasks: Person, asana: StandIn) -> Person:
    """Return Ada, who has allowed Onelist to change her tasks."""
    owner_with_tasks.allow_writing(asana)
    return owner_with_tasks


@pytest.fixture
def emil(asana) -> Person:
    """Return somebody with 10,000 tasks in one workspace, whose account is due; pages are slow."""
    emil = Person.stored(asana, EMIL)
    make_due(emil.account)
    asana.order("latency", value=100, path=PAGES)
    return emil


def allow_changes(person: Person, asana: StandIn, gid: str) -> Person:
    """Grant changes on our page and on Asana's, then sync the account."""
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
