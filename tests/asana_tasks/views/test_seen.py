"""New, completed by others, moved: told until seen."""

import datetime

import pytest
from django.utils import timezone

from asana_tasks.models import Task
from asana_tasks.sync import engine
from tests.people import Person


@pytest.fixture
def synced(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def changes(person: Person) -> dict[str, str]:
    return dict(Task.objects.of(person.user).changed().values_list("name", "change"))


def test_the_first_copy_is_no_news(synced):
    assert changes(synced) == {}


def test_it_tells_what_others_did(synced, asana):
    plan = Task.objects.get(name="Write the plan")
    tax = Task.objects.get(name="Tax return")
    new = Task.objects.open().exclude(pk__in=[plan.pk, tax.pk]).exclude(name="").first()
    Task.objects.filter(pk=new.pk).delete()
    asana.change_task(plan.gid, due_on="2031-01-02", due_at=None)
    asana.change_task(tax.gid, completed=True, completed_at=timezone.now().isoformat())
    engine.run_sync(synced.account)
    assert changes(synced) == {
        plan.name: "moved",
        tax.name: "completed",
        new.name: "new",
    }
    page = synced.get("/tasks/?changed=on&state=all").content.decode()
    assert "3 tasks changed since you last looked" in page
    for words in ("Date moved", "Completed by others", ">New<"):
        assert words in page


def test_a_new_name_is_no_change_to_tell(synced, asana):
    asana.change_task(Task.objects.get(name="Write the plan").gid, name="Write the book")
    engine.run_sync(synced.account)
    assert changes(synced) == {}


def test_it_is_told_until_it_is_seen(synced, asana):
    asana.change_task(Task.objects.get(name="Write the plan").gid, due_on="2031-01-02", due_at=None)
    engine.run_sync(synced.account)
    engine.run_sync(synced.account)
    synced.get("/tasks/")
    assert changes(synced) == {"Write the plan": "moved"}
    response = synced.post("/tasks/seen/", {"shown_at": timezone.now().isoformat()})
    assert response["Location"] == "/tasks/"
    assert changes(synced) == {}


def test_what_came_after_the_page_was_made_stays(synced):
    later = timezone.now() + datetime.timedelta(minutes=1)
    Task.objects.filter(name="Write the plan").update(change="new", changed_at=later)
    synced.post("/tasks/seen/", {"shown_at": timezone.now().isoformat()})
    assert changes(synced) == {"Write the plan": "new"}


@pytest.mark.parametrize(
    "shown_at",
    [
        *("", "yesterday", "2026-99-99T00:00", "2026-01-01T00:00"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_a_time_that_is_none_counts_as_now(synced, shown_at):
    Task.objects.filter(name="Write the plan").update(change="new", changed_at=timezone.now())
    synced.post("/tasks/seen/", {"shown_at": shown_at})
    assert changes(synced) == {}


def test_another_user_and_an_administrator_change_nothing_of_it(synced, other_user, administrator):
    Task.objects.filter(name="Write the plan").update(change="new", changed_at=timezone.now())
    other_user.post("/tasks/seen/")
    administrator.post("/tasks/seen/")
    assert changes(synced) == {"Write the plan": "new"}


def test_nobody_is_sent_to_sign_in(nobody, db):
    assert nobody.post("/tasks/seen/")["Location"].startswith("/login/")
