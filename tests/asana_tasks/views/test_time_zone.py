import pytest

from asana_tasks.models import Task
from asana_tasks.sync import engine


def set_zone(person, name: str):
    return person.post("/tasks/time-zone/", {"time_zone": name})


def test_it_moves_the_end_of_days(owner_with_tasks):
    owner = owner_with_tasks
    set_zone(owner, "UTC")
    task = Task.objects.open().filter(due_at=None).exclude(due_on=None).first()
    set_zone(owner, "Pacific/Auckland")
    moved = Task.objects.get(pk=task.pk)
    assert 11 <= (task.overdue_at - moved.overdue_at).total_seconds() / 3600 <= 13
    timed = Task.objects.exclude(due_at=None).first()
    assert timed.overdue_at == timed.due_at


def test_what_is_fetched_later_follows_it(owner):
    set_zone(owner, "Pacific/Auckland")
    engine.run_sync(owner.account)
    task = Task.objects.open().filter(due_at=None).exclude(due_on=None).first()
    assert task.overdue_at.hour in {10, 11}


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "x" * 999, "UTC\0"])
def test_a_zone_that_is_none_changes_nothing(owner, name):
    assert set_zone(owner, name).status_code == 200
    owner.user.refresh_from_db()
    assert owner.user.time_zone == ""


def test_it_offers_the_present_one(owner):
    set_zone(owner, "Europe/Berlin")
    page = owner.get("/tasks/time-zone/").content.decode()
    assert '<option value="Europe/Berlin" selected>' in page


# The first day of the week


@pytest.mark.parametrize(("value", "first_weekday"), [("0", 0), ("6", 6), ("5", 5)])
def test_a_week_begins_on_the_day_that_was_chosen(owner, value, first_weekday):
    owner.post("/tasks/time-zone/", {"time_zone": "Asia/Tokyo", "first_weekday": value})
    owner.user.refresh_from_db()
    assert (owner.user.time_zone, owner.user.first_weekday) == ("Asia/Tokyo", first_weekday)
    assert f'<option value="{value}" selected>' in owner.get("/tasks/time-zone/").content.decode()


@pytest.mark.parametrize("value", ["1", "7", "-1", "monday", "9" * 999, "6\0"])
def test_a_day_that_no_week_begins_with_changes_nothing(owner, value):
    form = {"time_zone": "Asia/Tokyo", "first_weekday": value}
    page = owner.post("/tasks/time-zone/", form).content.decode()
    assert "Weeks begin on Monday, Sunday or Saturday." in page
    owner.user.refresh_from_db()
    assert (owner.user.time_zone, owner.user.first_weekday) == ("", 0)


def test_the_first_guess_at_a_zone_leaves_the_week_as_it_is(owner):
    type(owner.user).objects.update(first_weekday=6)
    set_zone(owner, "Asia/Tokyo")
    owner.user.refresh_from_db()
    assert (owner.user.time_zone, owner.user.first_weekday) == ("Asia/Tokyo", 6)


def test_another_user_sets_their_own(owner, other_user):
    set_zone(other_user, "Asia/Tokyo")
    owner.user.refresh_from_db()
    assert owner.user.time_zone == ""


def test_an_administrator_sets_their_own(owner, administrator, django_user_model):
    administrator.post("/tasks/time-zone/", {"time_zone": "Asia/Tokyo"})
    assert django_user_model.objects.get(username="root").time_zone == "Asia/Tokyo"


def test_nobody_is_sent_to_sign_in(nobody, db):
    assert nobody.get("/tasks/time-zone/")["Location"].startswith("/login/")


def test_a_zone_that_is_chosen_while_tasks_are_on_their_way_counts(owner):
    for progress in engine.sync_account(owner.account):
        if progress.state == "started":
            set_zone(owner, "Pacific/Auckland")
    task = Task.objects.open().filter(due_at=None).exclude(due_on=None).first()
    assert task.overdue_at.hour in {10, 11}


def test_a_row_of_another_zone_is_mended_by_the_next_sync(owner):
    engine.run_sync(owner.account)
    type(owner.user).objects.update(time_zone="Pacific/Auckland")
    owner.account.refresh_from_db()
    engine.run_sync(owner.account)
    task = Task.objects.open().filter(due_at=None).exclude(due_on=None).first()
    assert task.overdue_at.hour in {10, 11}
