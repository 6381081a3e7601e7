import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from asana_tasks.changes.report import KEY
from asana_tasks.changes.typed_dates import HOW
from asana_tasks.models import Task
from asana_tasks.sync import engine
from tests.asana_tasks.conftest import allow_changes, named, puts
from tests.markup import page_html
from tests.people import Person, path_of
from tests.stand_in import BEN, SAM

CHANGE = "/tasks/change/"
PLAN = "Write the plan"
HTMX = {"hx-request": "true"}


def press(person: Person, *names: str, **form):
    data = {"task": [named(name).pk for name in names], "next": "/tasks/?state=open", **form}
    return person.post(CHANGE, data)


def report_of(person: Person) -> dict:
    return dict(person.client.session.get(KEY, {}))


def told(person: Person) -> list[str]:
    return [f"{done['words']}: {done['title']}" for done in report_of(person)["done"]]


def test_the_owner_completes_a_task_and_comes_back(writer):
    response = press(writer, PLAN, do="complete")
    assert (response.status_code, response["Location"]) == (302, "/tasks/?state=open")
    assert named(PLAN).completed
    assert told(writer) == [f"Completed: {PLAN}"]


def test_another_user_changes_nothing(writer, other_user, asana):
    assert press(other_user, PLAN, do="complete").status_code == 404
    assert not named(PLAN).completed
    assert puts(asana) == []


def test_nor_does_an_administrator(writer, administrator, asana):
    response = administrator.post(CHANGE, {"task": named(PLAN).pk, "do": "complete"})
    assert response.status_code == 404
    assert puts(asana) == []


def test_nobody_signs_in_first_and_comes_back_to_where_the_button_was(writer, nobody, asana):
    form = {"task": named(PLAN).pk, "do": "complete", "next": "/tasks/?sort=name"}
    assert nobody.post(CHANGE, form)["Location"] == "/login/?next=/tasks/%3Fsort%3Dname"
    by_htmx = nobody.post(CHANGE, form, headers=HTMX)
    assert by_htmx["HX-Redirect"] == "/login/?next=/tasks/%3Fsort%3Dname"
    assert puts(asana) == []


def test_a_task_of_somebody_else_among_ones_own_is_as_if_it_were_not_there(writer, asana):
    sam = Person.stored(asana, SAM)
    engine.run_sync(sam.account)
    foreign = sam.account.tasks.latest("pk")
    form = {"task": [named(PLAN).pk, foreign.pk], "do": "complete"}
    assert writer.post(CHANGE, form).status_code == 302
    assert [each["path"].rpartition("/")[2] for each in puts(asana)] == [named(PLAN).gid]
    assert "no longer in your list" in page_html(writer.get("/tasks/"))


@pytest.mark.parametrize("task", ["0", "-1", "x", "9" * 18, "9" * 40, "1.5", "²", "%00"])
def test_an_unknown_task_is_unknown(writer, asana, task):
    assert writer.post(CHANGE, {"task": task, "do": "complete"}).status_code == 404
    assert puts(asana) == []


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "delete"},
        {"do": "Complete"},
        {"do": ["complete", "reopen", "approve"]},
        {"do": "due", "due": ["+1d", "+1d", "+1d"]},
        {"complete": ["1", "2"]},
        {"complete": "1", "reopen": "2"},
    ],
)
def test_what_no_form_of_ours_sends_is_a_bad_request(writer, asana, form):
    assert press(writer, PLAN, "Stand-up", **form).status_code == 400
    assert puts(asana) == []


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"do": "due"}, "Choose a date first."),
        ({"do": "enter"}, "Choose what to do, by one of the buttons."),
        (
            {"do": "enter", "typed": " ", "task": []},
            "Choose what to do, by one of the buttons.",
        ),
        ({"due": "date", "date": ""}, "Choose a date first."),
        ({"due": "date"}, "Choose a date first."),
        ({"due": "date", "date": "tomorrow"}, "That isn't a date."),
        ({"due": "date", "date": "0026-03-01"}, "The year 26 can't be meant."),
        ({"due": "date", "time": "25:00"}, "That isn't a time."),
        ({"due": "typed"}, "Choose a date first."),
        ({"due": "typed", "typed": " "}, "Choose a date first."),
        ({"due": "typed", "typed": "<soon>"}, f"“<soon>” isn't a date. {HOW}"),
        ({"due": "typed", "typed": "9" * 5000}, f"That is too long for a date. {HOW}"),
        ({"do": "enter", "typed": "<soon>"}, f"“<soon>” isn't a date. {HOW}"),
        ({"do": "enter", "typed": "fri", "task": []}, "Select at least one task first."),
        ({"do": "complete", "task": []}, "Select at least one task first."),
        (
            {"do": "complete", "task": [1] * 101},
            "Change at most 100 tasks at once. Nothing has been changed.",
        ),
    ],
)
def test_a_persons_slip_is_told(writer, asana, form, message):
    response = press(writer, PLAN, **form)
    assert response["Location"] == "/tasks/?state=open"
    assert report_of(writer)["message"] == message
    assert puts(asana) == []


@pytest.mark.parametrize("filled_in", [{"typed": "4 mar 2027"}, {"date": "2027-03-04"}])
def test_enter_sets_the_date_that_is_filled_in(writer, filled_in):
    """Press the first button of the form for several tasks, as Enter does without JavaScript."""
    empty = {"typed": "", "date": "", "time": ""}
    press(writer, PLAN, "Stand-up", do="enter", **empty | filled_in)
    assert str(named(PLAN).due_on) == str(named("Stand-up").due_on) == "2027-03-04"


def test_a_button_of_the_date_menu_needs_no_do(writer):
    press(writer, PLAN, due="date", date="2027-03-04")
    assert str(named(PLAN).due_on) == "2027-03-04"
    press(writer, PLAN, due="none")
    assert named(PLAN).due_on is None


def test_a_date_can_be_typed(writer):
    press(writer, PLAN, due="typed", typed=" 4 Mar 2027 ")
    assert str(named(PLAN).due_on) == "2027-03-04"
    assert told(writer) == [f"New date: {PLAN}"]
    assert report_of(writer)["done"][0]["detail"] == "Thu 4 Mar 2027"


def test_enter_in_the_fields_below_presses_the_button_of_the_typed_date(writer):
    press(writer, PLAN, due="typed", typed="", date="2027-03-04", time="15:00")
    assert named(PLAN).due_at == datetime(2027, 3, 4, 15, tzinfo=UTC)


def test_what_is_typed_counts_for_the_button_beside_it_alone(writer):
    press(writer, PLAN, due="date", typed="5 mar 2027", date="2027-03-04")
    assert str(named(PLAN).due_on) == "2027-03-04"


def test_a_time_of_day_is_the_persons_and_can_be_undone_and_taken_away(writer):
    type(writer.user).objects.update(time_zone="Asia/Tokyo")
    before = named(PLAN)
    assert before.due_at is None
    press(writer, PLAN, due="typed", typed="4 mar 2027 15:00")
    assert named(PLAN).due_at == datetime(2027, 3, 4, 6, tzinfo=UTC)
    assert report_of(writer)["done"][0]["detail"] == "Thu 4 Mar 2027, 15:00"
    undo = report_of(writer)["undo"][0]
    press(writer, PLAN, due="no-time")
    assert (named(PLAN).due_at, str(named(PLAN).due_on)) == (None, "2027-03-04")
    press(writer, PLAN, due="date", time="09:30")
    assert named(PLAN).due_at == datetime(2027, 3, 4, 0, 30, tzinfo=UTC)
    press(writer, PLAN, do="due", due=undo["due"])
    assert (named(PLAN).due_at, named(PLAN).due_on) == (None, before.due_on)


def test_a_typed_day_keeps_the_time_that_a_task_has(writer):
    timed = Task.objects.open().exclude(due_at=None).first()
    assert timed is not None
    press(writer, timed.name, due="typed", typed="4 mar 2027")
    after = named(timed.name).due_at
    assert after is not None
    assert after.time() == timed.due_at.time()
    assert after.date() == date(2027, 3, 4)


def test_a_typed_date_is_that_of_the_moment_it_was_typed(owner_with_tasks, asana):
    """It waits for a permission as a date, however long that takes."""
    response = press(owner_with_tasks, PLAN, due="typed", typed="tomorrow")
    assert "/permission/" in response["Location"]
    waiting = json.dumps(dict(owner_with_tasks.client.session), default=str)
    assert f'"due": "{timezone.localdate() + timedelta(days=1)}"' in waiting
    assert puts(asana) == []


def test_several_tasks_at_once(writer):
    press(writer, PLAN, "Stand-up", "Approve the floor plan", do="complete")
    assert sorted(told(writer)) == ["Completed: Stand-up", f"Completed: {PLAN}"]
    assert [each["title"] for each in report_of(writer)["failed"]] == ["Approve the floor plan"]


@pytest.mark.parametrize(("done", "kind"), [(False, "complete"), (True, "reopen")])
def test_the_tick_of_a_row_names_its_task(writer, done, kind):
    if done:
        press(writer, PLAN, do="complete")
    writer.post(CHANGE, {kind: named(PLAN).pk})
    assert named(PLAN).completed is not done


@pytest.mark.parametrize("value", ["0", "x", "-1", "", "9" * 40])
def test_a_tick_of_an_unknown_task_is_unknown(writer, asana, value):
    assert writer.post(CHANGE, {"complete": value}).status_code == 404
    assert puts(asana) == []


def test_the_same_task_twice_is_one(writer, asana):
    press(writer, PLAN, PLAN, do="complete")
    assert len(puts(asana)) == 1


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_it_never_leads_off_the_site(writer, elsewhere):
    response = press(writer, PLAN, do="complete", next=elsewhere)
    assert response["Location"] == "/tasks/"


def test_it_wants_the_sites_own_form(writer, asana):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = writer.client.cookies
    response = stranger.post(CHANGE, {"task": named(PLAN).pk, "do": "complete"})
    assert response.status_code == 403
    assert puts(asana) == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_it_takes_an_action(writer, method):
    assert getattr(writer.client, method)(CHANGE).status_code == 405


# The report


def test_a_report_is_shown_once_with_its_undo(writer):
    press(writer, PLAN, do="complete")
    task = named(PLAN)
    page = page_html(writer.get(f"/tasks/{task.pk}/"))
    again = page_html(writer.get(f"/tasks/{task.pk}/"))
    assert f"Completed: <bdi>{PLAN}</bdi>" in page
    assert f'name="task" value="{task.pk}"><input type="hidden" name="do" value="reopen">' in page
    assert "Completed: <bdi>" not in again


def test_nor_twice_because_a_message_was_shown_beside_it(writer):
    """Messages are kept in the session as well, and are written back when they have been shown."""
    writer.post(f"/accounts/{writer.account.pk}/label/", {"label": "Work"})
    press(writer, PLAN, do="complete")
    page = page_html(writer.get("/tasks/?state=all"))
    again = page_html(writer.get("/tasks/?state=all"))
    assert "Saved." in page
    assert "Completed: <bdi>" in page
    assert "Saved." not in again
    assert "Completed: <bdi>" not in again


def test_the_calendar_tells_what_was_done_before_it_once(writer):
    press(writer, PLAN, due="+1w", next="/tasks/calendar/")
    assert "New date (" in page_html(writer.get("/tasks/calendar/"))
    assert "New date (" not in page_html(writer.get("/tasks/calendar/"))


def test_an_undo_replaces_what_it_undid(writer):
    press(writer, PLAN, do="complete")
    writer.get("/tasks/")
    press(writer, PLAN, do="reopen")
    assert told(writer) == [f"Open again: {PLAN}"]
    assert [action["kind"] for action in report_of(writer)["undo"]] == ["complete"]


def test_a_name_that_is_html_is_text_in_it(writer, asana):
    name = "<script>alert('task')</script>"
    task = Task.objects.get(name=PLAN)
    asana.change_task(task.gid, name=name)
    Task.objects.filter(pk=task.pk).update(name=name)
    press(writer, name, do="complete")
    page = page_html(writer.get(f"/tasks/{task.pk}/"))
    assert "<bdi>&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("kept", [None, {}, {"done": 1}, [], {"done": [{"x": 1}]}])
def test_a_report_of_another_version_is_none(writer, kept):
    session = writer.client.session
    session[KEY] = kept
    session.save()
    assert writer.get(f"/tasks/{named(PLAN).pk}/").status_code == 200


def test_the_session_keeps_numbers_and_short_titles_alone(writer):
    long = Task.objects.open().latest("pk")
    Task.objects.filter(pk=long.pk).update(name="x" * 5000)
    writer.post(CHANGE, {"task": long.pk, "due": "+1d"})
    assert len(json.dumps(report_of(writer))) < 400


# Asking for the permission


def permission(person: Person) -> str:
    return f"/accounts/{person.account.pk}/permission/"


@pytest.fixture
def reader(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def test_the_first_change_asks_first_and_changes_nothing_yet(reader, asana):
    response = press(reader, PLAN, do="complete")
    assert response["Location"] == permission(reader)
    by_htmx = reader.post(CHANGE, {"task": named(PLAN).pk, "do": "complete"}, headers=HTMX)
    assert by_htmx["HX-Redirect"] == permission(reader)
    assert puts(asana) == []


def test_after_consent_it_is_done_and_the_person_is_back(reader, asana):
    press(reader, PLAN, do="complete")
    to_asana = reader.post(permission(reader))["Location"]
    back = reader.get(path_of(asana.allow(to_asana, reader.account.gid)))
    assert back["Location"].startswith("/tasks/change/resume/")
    done = reader.get(back["Location"])
    assert done["Location"] == "/tasks/?state=open"
    assert named(PLAN).completed
    assert told(reader) == [f"Completed: {PLAN}"]


def test_it_is_done_once(reader, asana):
    press(reader, PLAN, do="complete")
    to_asana = reader.post(permission(reader))["Location"]
    resume = reader.get(path_of(asana.allow(to_asana, reader.account.gid)))["Location"]
    reader.get(resume)
    assert reader.get(resume)["Location"] == "/tasks/"
    assert len(puts(asana)) == 1


def test_a_key_that_is_not_the_sessions_does_nothing(reader, other_user, nobody, asana):
    press(reader, PLAN, do="complete")
    key = reader.client.session["waiting_for_permission"]["key"]
    for wrong in ("x", key[:-1], key + "x", "%00", "ž"):
        assert reader.get(f"/tasks/change/resume/{wrong}/")["Location"] == "/tasks/"
    path = f"/tasks/change/resume/{key}/"
    assert other_user.get(path)["Location"] == "/tasks/"
    assert nobody.get(path)["Location"].startswith("/login/")
    assert reader.client.session["waiting_for_permission"]["key"] == key
    assert puts(asana) == []


def test_a_link_checker_that_only_asks_for_heads_does_nothing(reader):
    press(reader, PLAN, do="complete")
    key = reader.client.session["waiting_for_permission"]["key"]
    assert reader.client.head(f"/tasks/change/resume/{key}/").status_code == 405
    assert "waiting_for_permission" in reader.client.session


def test_two_accounts_are_asked_in_turn_and_then_all_is_done(reader, asana):
    link = reader.post("/accounts/connect/")["Location"]
    reader.get(path_of(asana.allow(link, SAM)))
    second = reader.user.asana_accounts.get(gid=SAM)
    engine.run_sync(second)
    asking = press(reader, PLAN, "Order flour", do="complete")["Location"]
    asked = []
    while "/permission/" in asking:
        account = reader.user.asana_accounts.get(pk=asking.split("/")[2])
        asked.append(account.gid)
        to_asana = reader.post(asking)["Location"]
        resume = reader.get(path_of(asana.allow(to_asana, account.gid)))["Location"]
        assert puts(asana) == []
        asking = reader.get(resume)["Location"]
    assert asked == [reader.account.gid, SAM]
    assert named(PLAN).completed
    assert named("Order flour").completed


def test_a_consent_that_grants_less_is_told_and_not_asked_for_for_ever(reader):
    """Straight to the way back, as if Asana had granted no more than before."""
    press(reader, PLAN, do="complete")
    key = reader.client.session["waiting_for_permission"]["key"]
    assert reader.get(f"/tasks/change/resume/{key}/")["Location"] == "/tasks/?state=open"
    assert "haven't allowed" in report_of(reader)["failed"][0]["why"]


def test_a_task_that_is_gone_meanwhile_is_left_out(reader, asana):
    press(reader, PLAN, "Stand-up", do="complete")
    to_asana = reader.post(permission(reader))["Location"]
    named("Stand-up").delete()
    resume = reader.get(path_of(asana.allow(to_asana, reader.account.gid)))["Location"]
    reader.get(resume)
    assert told(reader) == [f"Completed: {PLAN}"]


def test_with_full_permissions_nobody_is_asked(reader, asana):
    type(reader.account).objects.update(scope="openid email profile default")
    response = press(reader, PLAN, do="complete")
    assert response["Location"] == "/tasks/?state=open"


def test_each_account_is_asked_for_its_own(other_user, asana, reader):
    allow_changes(other_user, asana, BEN)
    assert press(reader, PLAN, do="complete")["Location"] == permission(reader)
