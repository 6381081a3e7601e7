import datetime

import pytest
from django.test import Client

from accounts.models import AsanaAccount
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import SyncState, Task, Worker, Workspace
from asana_tasks.sync import engine
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html
from tests.people import Person, path_of, sign_in
from tests.stand_in import ADA, ROBIN, SAM


@pytest.fixture
def synced_owner(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def text(response) -> str:
    return page_html(response)


def test_it_shows_the_owner_every_open_task(synced_owner):
    names = Task.objects.open().values_list("name", flat=True)
    page = synced_owner.get("/tasks/")
    assert [task.name for task in page.context["page"]] == list(
        Task.objects.open().sorted_by("due").values_list("name", flat=True)
    )
    assert len(names) > 50
    assert "Write the plan" in text(page)


def test_it_shows_another_user_nothing(synced_owner, other_user):
    page = other_user.get("/tasks/")
    assert page.status_code == 200
    assert "Write the plan" not in text(page)


def test_it_shows_an_administrator_nothing(synced_owner, administrator):
    assert "Write the plan" not in text(administrator.get("/tasks/"))


def test_it_sends_nobody_to_the_sign_in_page(synced_owner, nobody):
    response = nobody.get("/tasks/")
    assert response.status_code == 302
    assert response["Location"] == "/login/?next=/tasks/"


@pytest.mark.parametrize(
    ("fault", "value", "reason"),
    [
        ("server_error", 503, "Asana answers with an error (503)"),
        ("drop", None, "Asana isn&#x27;t answering"),
        ("rate_limited", 30, "Asana asks to wait 30 seconds"),
        ("empty_with_errors", None, "Asana&#x27;s response tells of errors"),
    ],
)
@pytest.mark.parametrize("path", ["/api/1.0/workspaces", "/api/1.0/tasks"])
def test_it_says_why_the_first_sync_failed(owner, asana, fault, value, reason, path):
    asana.order(fault, value=value, path=path)
    assert engine.run_sync(owner.account).state == "failed"
    page = text(owner.get("/tasks/"))
    assert "Your tasks couldn't be synced" in page
    assert f"</bdi>: {reason}." in page


def test_a_first_sync_that_failed_is_told_beside_an_account_that_works(synced_owner, asana):
    other = AsanaAccount.objects.create(user=synced_owner.user, gid="77", name="Other")
    SyncState.objects.create(account=other, last_error=ErrorCode.NO_RESPONSE)
    page = synced_owner.get("/tasks/?q=nothing-has-this-name")
    states = {account.pk: state for account, state, _ in page.context["sync_status"].by_account}
    assert states == {synced_owner.account.pk: "synced", other.pk: "failed"}
    assert '<span class="trouble">Asana isn&#x27;t answering. Try again in a while</span>' in text(
        page
    )


def test_it_asks_asana_nothing(synced_owner, asana):
    before = len(asana.requests())
    synced_owner.get("/tasks/")
    assert len(asana.requests()) == before


def test_it_leaves_completed_tasks_out(synced_owner):
    done = Task.objects.filter(completed=True).exclude(name="").first()
    assert done is not None
    assert done.pk not in {task.pk for task in synced_owner.get("/tasks/").context["page"]}


@pytest.fixture
def robin(db, asana) -> Person:
    """Return somebody whose tasks have every kind of difficult name."""
    robin = Person.stored(asana, ROBIN)
    engine.run_sync(robin.account)
    return robin


def test_it_shows_names_that_are_html_as_text(robin):
    task = Task.objects.open().filter(name__contains="<script").first()
    assert task is not None
    page = text(robin.get("/tasks/"))
    assert task.name not in page
    assert task.name.replace("<", "&lt;").replace(">", "&gt;")[:20] in page


def test_it_gives_a_task_without_a_name_something_to_click(robin):
    assert "(no name)" in text(robin.get("/tasks/"))


def test_it_links_to_asana_safely(synced_owner):
    page = text(synced_owner.get("/tasks/"))
    assert 'rel="noopener noreferrer"' in page
    task = Task.objects.get(name="Write the plan")
    assert f'data-asana="{task.permalink_url}"' in page


def test_it_orders_by_due_date_with_undated_last(synced_owner):
    days = [task.due_on for task in synced_owner.get("/tasks/").context["page"]]
    dated = [day for day in days if day]
    assert dated == sorted(dated)
    assert days[len(dated) :] == [None] * (len(days) - len(dated))


def test_it_marks_what_is_overdue(synced_owner):
    page = text(synced_owner.get("/tasks/"))
    overdue = [task for task in Task.objects.open() if task.is_overdue]
    assert overdue
    assert page.count('class="task overdue"') == len(overdue)


def test_it_pages_at_a_hundred(owner):
    add_tasks(workspace_of(owner.account), *[{}] * 1100)
    first, last = owner.get("/tasks/"), owner.get("/tasks/?page=11")
    assert len(first.context["page"]) == len(last.context["page"]) == 100
    assert "1–100 of 1,100" in text(first)


@pytest.mark.parametrize("page", ["0", "-1", "999999999999", "x", "", "1.5", "%00"])
def test_it_answers_a_page_number_that_is_none(synced_owner, page):
    assert synced_owner.get(f"/tasks/?page={page}").status_code == 200


def test_it_answers_htmx_with_the_list_alone(synced_owner):
    part = text(synced_owner.get("/tasks/", headers={"hx-request": "true"}))
    assert "Write the plan" in part
    assert "<html" not in part


def test_it_needs_the_same_queries_for_one_task_as_for_many(
    synced_owner, django_assert_num_queries
):
    synced_owner.get("/tasks/")  # renews the session, once a day
    with django_assert_num_queries(8):
        synced_owner.get("/tasks/")
    Task.objects.exclude(pk=Task.objects.open().first().pk).delete()
    with django_assert_num_queries(8):
        synced_owner.get("/tasks/")


def test_it_shows_both_accounts_of_one_person(synced_owner, asana):
    response = synced_owner.client.post("/accounts/connect/")
    synced_owner.get(path_of(asana.allow(response["Location"], SAM)))
    second = synced_owner.user.asana_accounts.get(gid=SAM)
    engine.run_sync(second)
    page = synced_owner.get("/tasks/")
    assert {task.account_id for task in page.context["page"]} == {
        synced_owner.account.pk,
        second.pk,
    }
    assert "2 accounts" in text(page)


def test_it_helps_who_has_not_synced_yet(owner):
    assert "haven't been synced yet" in text(owner.get("/tasks/"))
    Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)
    assert "Your tasks are on their way" in text(owner.get("/tasks/"))


def test_before_anything_could_be_synced_it_says_so(owner, asana):
    asana.order("server_error", path="/api/1.0/tasks")
    engine.run_sync(owner.account)
    page = text(owner.get("/tasks/"))
    assert "couldn't be synced" in page
    assert "Nothing to do" not in page


def test_while_a_workspace_was_never_synced_it_does_not_say_that_there_is_nothing_to_do(
    owner_with_tasks,
):
    owner = owner_with_tasks
    owner.account.tasks.all().delete()
    Workspace.objects.filter(pk=owner.account.workspaces.first().pk).update(crawled_at=None)
    page = text(owner.get("/tasks/"))
    assert "this list is incomplete: there may be tasks that are not here" in page
    assert "Nothing to do" not in page


def test_it_helps_who_has_nothing_to_do(other_user):
    engine.run_sync(other_user.account)
    assert "Nothing to do" in text(other_user.get("/tasks/"))


def test_it_helps_who_has_no_account(administrator):
    assert "Connect an Asana account" in text(administrator.get("/tasks/"))


def test_it_says_what_is_wrong_with_a_source(synced_owner, asana):
    asana.order("server_error", value=503)
    engine.run_sync(synced_owner.account)
    page = text(synced_owner.get("/tasks/"))
    assert "Write the plan" in page
    assert "Asana answers with an error (503)" in page


def test_today_is_the_persons_own(synced_owner):
    task = Task.objects.get(name="Write the plan")
    task.due_on, task.due_at = (
        datetime.date(2026, 3, 10),
        datetime.datetime(2026, 3, 11, 3, tzinfo=datetime.UTC),
    )
    task.save()
    synced_owner.user.time_zone = "America/New_York"
    synced_owner.user.save()
    assert "Tue 10 Mar, 23:00" in text(synced_owner.get("/tasks/"))


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_only_shows(synced_owner, method):
    assert getattr(synced_owner.client, method)("/tasks/").status_code == 405


def test_it_is_kept_by_no_cache(synced_owner):
    assert "no-store" in synced_owner.get("/tasks/")["Cache-Control"]


def test_two_people_in_one_workspace_keep_their_own_tasks(synced_owner, asana):
    """The old “Personal Projects” has one gid for everybody in it."""
    client = Client()
    sign_in(client, asana, SAM)
    sam = Person(client, type(synced_owner.account).objects.get(gid=SAM))
    engine.run_sync(sam.account)
    sams = {task.gid for task in sam.get("/tasks/").context["page"]}
    adas = {task.gid for task in synced_owner.get("/tasks/").context["page"]}
    assert sams
    assert not sams & adas
    assert sam.account.workspaces.filter(gid="498346170860").exists()
    assert synced_owner.account.workspaces.filter(gid="498346170860").exists()
    assert synced_owner.account.gid == ADA
