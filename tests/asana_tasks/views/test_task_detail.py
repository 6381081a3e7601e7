import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import OperationalError
from django.utils import timezone

from asana_tasks.models import SyncState, Task
from asana_tasks.querysets import Change
from asana_tasks.sync import schedule
from asana_tasks.views import task_detail
from tests.asana_tasks.conftest import named
from tests.people import Person
from tests.stand_in import ADA, StandIn

PLAN = "Write the plan"


@pytest.fixture
def reader(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def path(name: str = PLAN) -> str:
    return f"/tasks/{named(name).pk}/"


def page(person: Person, name: str = PLAN) -> str:
    response = person.get(path(name))
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_owner_sees_what_asana_tells(reader, asana):
    asana.change_task(
        named(PLAN).gid,
        html_notes="<body>Three <strong>parts</strong> and a "
        '<a href="https://example.com/outline">link</a></body>',
    )
    shown = page(reader)
    for text in (
        *("Write the plan", "Three <strong>parts</strong>", "Open in Asana", "writing"),
        *("Mira Lund", "Tom Achterberg", "Ada Okafor", "Do today", "High"),
        *("Ask Tom for the figures", "Outline", "Proofread"),
    ):
        assert text in shown, text
    assert named(PLAN).permalink_url in shown
    assert str(named(PLAN).workspace) in shown


def test_a_subtask_leads_to_its_own_page_or_else_to_asana(reader):
    gone = named("Outline")
    elsewhere = gone.permalink_url
    gone.delete()
    shown = page(reader)
    assert f'href="{path("Proofread")}"' in shown
    assert f'href="{elsewhere}"' in shown


def test_what_asana_does_not_list_is_counted(reader, asana):
    asana.change_task(named(PLAN).gid, num_subtasks=5)
    assert "2 more in Asana." in page(reader)


def test_a_task_without_subtasks_is_one_question(reader, asana):
    before = len(asana.requests("/api/1.0"))
    page(reader, "Dentist")
    assert len(asana.requests("/api/1.0")) == before + 1


def test_nothing_fetched_for_it_is_stored(reader, asana):
    asana.change_task(named(PLAN).gid, html_notes="<body>A secret in the notes</body>")

    def everything() -> str:
        models: list[Any] = [*apps.get_app_config("asana_tasks").get_models()]
        models += apps.get_app_config("accounts").get_models()
        return str([list(model.objects.order_by("pk").values()) for model in models])

    reader.get("/tasks/")
    before = everything()
    assert "A secret in the notes" in page(reader)
    after = everything()
    assert after == before
    assert "A secret in the notes" not in after + str(dict(reader.client.session.items()))


def test_it_is_kept_by_no_cache(reader):
    assert "no-store" in reader.get(path())["Cache-Control"]


def test_it_shows_others_nothing(reader, other_user, administrator, nobody):
    assert other_user.get(path()).status_code == 404
    assert administrator.get(path()).status_code == 404
    assert nobody.get(path())["Location"] == f"/login/?next={path()}"
    assert reader.get("/tasks/999999/").status_code == 404


def test_it_asks_asana_nothing_for_others(reader, other_user, asana):
    before = len(asana.requests())
    other_user.get(path())
    assert len(asana.requests()) == before


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_shows(reader, method):
    assert getattr(reader.client, method)(path()).status_code == 405


def test_opening_it_marks_what_changed_as_seen(reader):
    now = timezone.now()
    Task.objects.filter(name__in=[PLAN, "Dentist"]).update(change=Change.MOVED, changed_at=now)
    page(reader)
    assert (named(PLAN).change, named("Dentist").change) == ("", Change.MOVED)


def test_htmx_gets_its_inner_part(reader):
    response = reader.get(path(), headers={"hx-request": "true"})
    part = response.content.decode()
    assert PLAN in part
    assert "<html" not in part
    restored = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<html" in reader.get(path(), headers=restored).content.decode()


def test_a_part_leaves_the_report_to_a_whole_page(writer):
    task = named(PLAN)
    writer.post("/tasks/change/", {"task": task.pk, "do": "complete"})
    assert (
        "Completed: <bdi>"
        not in writer.get(path(), headers={"hx-request": "true"}).content.decode()
    )
    assert "Completed: <bdi>" in writer.get(path()).content.decode()


@pytest.mark.parametrize(
    ("fault", "value", "words"),
    [
        ("server_error", 503, "Asana answers with an error (503)."),
        ("drop", None, "Asana isn&#x27;t answering."),
        ("not_json", None, "Asana&#x27;s response is not JSON."),
        ("rate_limited", 30, "Asana asks to wait 30 seconds."),
        ("expire_access", None, "Asana doesn&#x27;t accept our token."),
    ],
)
def test_without_asana_it_shows_our_row_and_says_so(reader, asana, fault, value, words):
    asana.order(fault, value=value, path="/api/1.0/tasks")
    shown = page(reader)
    assert words in shown
    assert "what we last knew" in shown
    assert PLAN in shown
    assert "Open in Asana" in shown


def details_asked(asana: StandIn) -> int:
    return len([each for each in asana.requests("/api/1.0/tasks/") if each["method"] == "GET"])


@pytest.mark.parametrize("part", ["", "/subtasks"])
def test_a_429_pauses_the_account_and_the_next_look_asks_nothing(reader, asana, part):
    gid = named(PLAN).gid
    asana.order("rate_limited", value=120, path=f"/api/1.0/tasks/{gid}{part}", times=1)
    page(reader)
    state = SyncState.objects.get()
    assert 110 <= state.pause_left <= 120
    assert not schedule.due_states().exists()
    asked = details_asked(asana)
    shown = page(reader)
    assert re.search(r"Asana asks to wait 1[12]\d seconds\.", shown)
    assert PLAN in shown
    assert details_asked(asana) == asked


def test_when_the_pause_is_over_it_asks_again(reader, asana):
    SyncState.objects.pause(reader.account, seconds=30)
    assert "Asana asks to wait" in page(reader)
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert "Mira Lund" in page(reader)


def test_the_pause_of_one_account_is_none_of_another(reader, other_user):
    SyncState.objects.create(account=other_user.account)
    SyncState.objects.pause(other_user.account, seconds=30)
    assert "Mira Lund" in page(reader)


def test_a_429_is_told_when_the_pause_cannot_be_stored(reader, asana, monkeypatch):
    def full(*args: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(SyncState.objects.__class__, "pause", full)
    asana.order("rate_limited", value=30, path="/api/1.0/tasks")
    assert "Asana asks to wait 30 seconds." in page(reader)


def test_a_task_that_is_gone_there_says_so(reader, asana):
    asana.delete_task(named(PLAN).gid)
    assert "no longer has this task" in page(reader)
    assert Task.objects.filter(name=PLAN).exists()


def test_a_grant_that_is_gone_says_so(reader, asana):
    asana.revoke_grants(ADA)
    assert "This account needs reconnecting." in page(reader)


def test_an_expired_token_is_renewed(reader, asana):
    asana.expire_tokens(ADA)
    assert "Mira Lund" in page(reader)


@pytest.mark.parametrize(
    "response",
    [
        {"html_notes": None, "tags": None, "followers": "x", "custom_fields": {}},
        {"html_notes": 7, "tags": [None, 7, {"gid": "1"}], "num_subtasks": "three"},
        {"custom_fields": [{"gid": "1", "name": "Left", "display_value": None}, "x"]},
        {"assignee": None, "assignee_section": None, "followers": []},
    ],
)
def test_whatever_asana_tells_it_is_a_page(reader, asana, response):
    asana.change_task(named(PLAN).gid, **response)
    page(reader)


def test_names_that_are_html_are_text(reader, asana):
    evil = "<img src=x onerror=alert(1)>"
    asana.change_task(
        named(PLAN).gid,
        tags=[{"gid": "1", "resource_type": "tag", "name": evil}],
        followers=[{"gid": "2", "resource_type": "user", "name": evil}],
        custom_fields=[{"gid": "3", "name": evil, "display_value": evil}],
    )
    shown = page(reader)
    assert evil not in shown
    assert shown.count("&lt;img src=x onerror=alert(1)&gt;") == 4


def test_of_a_description_that_is_too_long_the_rest_is_said_to_be_in_asana(reader, asana):
    notes = "<body>" + "<p>word</p>" * 10_000 + "<p>end of it</p></body>"
    asana.change_task(named(PLAN).gid, html_notes=notes)
    shown = page(reader)
    assert "<p>word</p>" in shown
    assert "end of it" not in shown
    assert "There is more of it in Asana." in shown


def test_of_one_that_is_too_deep_as_well(reader, asana):
    notes = "<body>Read me: " + "<ul><li>" * 20_000 + "deep</body>"
    asana.change_task(named(PLAN).gid, html_notes=notes)
    shown = page(reader)
    assert "Read me:" in shown
    assert "There is more of it in Asana." in shown


def test_it_is_cleaned_once(reader, asana, monkeypatch):
    cleaned = []

    def clean(html: str) -> str:
        cleaned.append(html)
        return html

    monkeypatch.setattr(task_detail, "clean_html", clean)
    asana.change_task(named(PLAN).gid, html_notes="<body>Once</body>")
    page(reader)
    assert cleaned == ["<body>Once</body>"]


def test_pictures_are_mentioned(reader, asana):
    asana.change_task(
        named(PLAN).gid, html_notes='<body><img src="https://x.example/a.png"></body>'
    )
    shown = page(reader)
    assert "x.example" not in shown
    assert "pictures are shown in Asana" in shown


def test_what_asana_told_is_shown_though_its_subtasks_do_not_come(reader, asana):
    task = named(PLAN)
    asana.order("server_error", value=503, path=f"/api/1.0/tasks/{task.gid}/subtasks")
    page = reader.get(f"/tasks/{task.pk}/").content.decode()
    assert "Three pages at most" in page
    assert "more in Asana" in page


def test_where_asana_refuses_custom_fields_it_shows_the_rest(reader, asana):
    asana.order("fields_need_scope")
    shown = page(reader)
    assert "Three pages at most" in shown
    assert "Proofread" in shown
    assert "Priority" not in shown


def test_it_does_not_ask_before_asana_lets_us(reader, asana):
    task = named(PLAN)
    SyncState.objects.update(paused_until=timezone.now() + timedelta(minutes=5))
    before = len(asana.requests())
    page = reader.get(f"/tasks/{task.pk}/").content.decode()
    assert len(asana.requests()) == before
    assert "Asana asks to wait" in page
