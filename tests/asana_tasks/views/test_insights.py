import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState, Task, Workspace
from asana_tasks.sync import engine
from asana_tasks.sync.passes import KEEP_COMPLETED
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html
from tests.people import Person

NOW = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)  # a Friday
INSIGHTS = "/insights/"


@pytest.fixture(autouse=True)
def today(owner: Person, request: pytest.FixtureRequest):
    """Set the time to NOW after all users are stored: the stand-in uses the real time."""
    if "other_user" in request.fixturenames:
        request.getfixturevalue("other_user")
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def workspace(owner: Person) -> Workspace:
    """Return a workspace that was read whole just now, without tasks."""
    return read(owner.account)


def read(account: AsanaAccount, gid: str = "77", **known: datetime | None) -> Workspace:
    """Return a workspace of which everything is known, but for what `known` says."""
    SyncState.objects.get_or_create(account=account, defaults={"synced_at": NOW})
    workspace = workspace_of(account, gid)
    known = {
        "synced_at": NOW,
        "crawled_at": NOW,
        "completed_since": NOW - KEEP_COMPLETED,
    } | known
    Workspace.objects.filter(pk=workspace.pk).update(**known)
    workspace.refresh_from_db()
    return workspace


def second_account(owner: Person, **fields) -> AsanaAccount:
    """Return another account, connected after the main one, which is of the real time."""
    later = datetime(2999, 1, 1, tzinfo=UTC)
    return AsanaAccount.objects.create(
        user=owner.user, gid="second", name="Work", connected_at=later, **fields
    )


def done(*days_ago: float, **fields) -> list[dict]:
    return [
        {"completed": True, "completed_at": NOW - timedelta(days=days), **fields}
        for days in days_ago
    ]


def made(*days_ago: float) -> list[dict]:
    return [{"created_at": NOW - timedelta(days=days)} for days in days_ago]


def late(**fields) -> dict:
    return {"due_on": date(2026, 11, 20), **fields}


def text(person: Person) -> str:
    return re.sub(r"\s+", " ", unescape(str(page_html(person.get(INSIGHTS)))))


def words(person: Person) -> str:
    """Return what the page says, without its elements."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text(person))).replace(" .", ".")


def weeks(person: Person) -> list:
    found: list = person.get(INSIGHTS).context["weeks"].weeks
    return found


def in_zone(person: Person, name: str) -> None:
    person.user.time_zone = name
    person.user.save()
    person.account.refresh_from_db()


# Weeks


def test_it_counts_what_was_completed_in_each_of_twelve_weeks(owner, workspace):
    add_tasks(workspace, *done(0, 4, 5, 7, 11, 12, 80, 81, 82, 90))
    found = weeks(owner)
    assert [week.first for week in found[::11]] == [date(2026, 9, 7), date(2026, 11, 23)]
    assert [week.completed for week in found] == [2, *[0] * 8, 1, 3, 2]
    assert [week.is_now for week in found] == [*[False] * 11, True]


def test_the_average_is_that_of_whole_weeks(owner, workspace):
    add_tasks(workspace, *done(0, 0, 0, *range(7, 29)))
    assert "2.0 a week on average (dashed line), over 11 whole weeks. 3 so far this week." in words(
        owner
    )


@pytest.mark.parametrize(
    ("tasks", "told"),
    [
        (made(8, 9, 10), "3 tasks were new and 0 completed: your list grew by 3."),
        (
            done(8, 9, created_at=NOW - timedelta(days=400)),
            "0 tasks were new and 2 completed: your list shrank by 2.",
        ),
        (
            done(8, created_at=NOW - timedelta(days=20)),
            "1 task was new and 1 completed: your list stayed as long as it was.",
        ),
    ],
)
def test_it_tells_whether_the_list_grows(owner, workspace, tasks, told):
    add_tasks(workspace, *tasks)
    assert told in words(owner)


def test_what_is_done_counts_as_new_in_the_week_it_was_created(owner, workspace):
    add_tasks(workspace, *made(1), *done(1, created_at=NOW - timedelta(days=16)))
    found = weeks(owner)
    assert [week.created for week in found[-3:]] == [1, 0, 1]
    assert [week.growth for week in found[-3:]] == [1, 0, 0]


def test_weeks_are_those_of_the_person(owner):
    in_zone(owner, "Pacific/Auckland")  # 13 hours ahead
    monday_there = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
    add_tasks(read(owner.account), {"completed": True, "completed_at": monday_there})
    assert [week.completed for week in weeks(owner)[-2:]] == [0, 1]


@pytest.mark.parametrize("zone", ["Europe/Prague", "America/New_York", "UTC"])
def test_no_hour_is_lost_or_counted_twice_when_the_clocks_change(owner, zone):
    in_zone(owner, zone)
    add_tasks(read(owner.account), *done(*(hour / 24 for hour in range(24 * 40))))
    assert sum(week.completed for week in weeks(owner)) == 24 * 40


def test_the_same_figures_are_in_tables(owner, workspace):
    add_tasks(workspace, *done(0, 8, 9), *made(1))
    page = words(owner)
    assert "16 Nov 0 2 \N{MINUS SIGN}2" in page
    assert "23 Nov, so far 1 1 0" in page


# What is not known


def test_a_workspace_that_was_never_read_to_its_end_is_unknown_not_zero(owner):
    read(owner.account, crawled_at=None, completed_since=None)
    page = words(owner)
    assert {week.known for week in weeks(owner)} == {"not"}
    assert "Here : not read to its end yet" in page
    assert "No whole week is known yet." in page
    assert "16 Nov not known" in page
    assert "a week on average" not in page


def test_what_is_known_of_others_is_a_least_number(owner, workspace):
    read(owner.account, "78", crawled_at=None, completed_since=None)
    add_tasks(workspace, *done(8, 9))
    assert {week.known for week in weeks(owner)} == {"partly"}
    page = words(owner)
    assert "16 Nov 2 or more" in page
    assert " 2+ " in page
    assert "Week of 16 November: at least 2 completed" in text(owner)


def test_weeks_since_the_last_sync_are_unknown(owner):
    read(owner.account, synced_at=NOW - timedelta(days=8))
    assert [week.known for week in weeks(owner)[-4:]] == ["whole", "whole", "partly", "not"]
    assert "known from Fri 28 Aug, 10:30 until Thu 19 Nov, 10:30" in words(owner)


def test_a_copy_of_some_hours_ago_will_do_for_this_week(owner):
    read(owner.account, synced_at=NOW - timedelta(hours=20))
    assert weeks(owner)[-1].known == "whole"
    assert "Not everything is known" not in words(owner)


def test_weeks_before_what_was_read_are_unknown(owner):
    read(owner.account, completed_since=NOW - timedelta(days=30))
    assert [week.known for week in weeks(owner)] == ["not"] * 7 + ["partly"] + ["whole"] * 4


def test_an_account_without_workspaces_is_a_gap(owner, workspace):
    second_account(owner)
    assert {week.known for week in weeks(owner)} == {"partly"}
    assert "Work : not read to its end yet" in words(owner)


def test_a_workspace_that_asana_lists_no_more_is_none(owner, workspace):
    gone = read(owner.account, "78", synced_at=NOW - timedelta(days=50))
    Workspace.objects.filter(pk=gone.pk).update(is_offered=False)
    assert {week.known for week in weeks(owner)} == {"whole"}


# Ages


def test_it_tells_how_old_open_tasks_are(owner, workspace):
    add_tasks(workspace, *made(0, 6, 8, 30, 100, 200, 400, 4000), {}, *done(1))
    rows = owner.get(INSIGHTS).context["ages"]
    assert [row.count for row in rows] == [2, 1, 1, 1, 1, 2, 1]
    assert rows[-1].label == "Asana didn't say"


def test_a_task_of_the_future_is_young(owner, workspace):
    add_tasks(workspace, *made(-1))
    assert [row.count for row in owner.get(INSIGHTS).context["ages"]] == [1, 0, 0, 0, 0, 0]


def test_it_names_the_five_oldest(owner, workspace):
    tasks = [{**each, "name": f"N{n}"} for n, each in enumerate(made(1, 50, 40, 30, 20, 10))]
    add_tasks(workspace, *tasks, {"name": "Unknown"}, *done(80, name="Done"))
    oldest = owner.get(INSIGHTS).context["oldest"]
    assert [task.title for task in oldest] == ["N1", "N2", "N3", "N4", "N5"]
    assert f'href="/tasks/{Task.objects.get(name="N1").pk}/">N1</a>' in text(owner)
    assert "1\N{NO-BREAK SPACE}month, 2\N{NO-BREAK SPACE}weeks" in oldest[0].age


def test_names_are_only_text(owner, workspace):
    add_tasks(workspace, {"name": "<b>Bold</b>", **made(9)[0]}, {"name": " ", **made(9)[0]})
    page = str(page_html(owner.get(INSIGHTS)))
    assert "&lt;b&gt;Bold" in page
    assert "(no name)" in page
    assert " style=" not in page


# Shares and what is overdue


def shown_by(person: Person, address: str) -> int:
    total: int = person.get(unescape(address)).context["total"]
    return total


def test_each_share_leads_to_the_list_with_as_many_tasks(owner, workspace):
    other = read(owner.account, "78")
    work = read(second_account(owner, colour="teal"))
    add_tasks(workspace, {}, {}, {}, *done(1))
    add_tasks(other, {})
    add_tasks(work, {}, {}, {}, {})
    context = owner.get(INSIGHTS).context
    assert [row.count for row in context["by_workspace"]] == [4, 3, 1]
    assert [row.share for row in context["by_workspace"]] == ["50 %", "38 %", "12 %"]
    assert [row.beside for row in context["by_workspace"]] == ["Work", "", ""]
    assert [row.count for row in context["by_account"]] == [4, 4]
    page = str(page_html(owner.get(INSIGHTS)))
    for row in [*context["by_workspace"], *context["by_account"]]:
        assert shown_by(owner, row.address) == row.count
        assert page.count(f'href="{row.address}"') == 2  # in the picture and in the table


def test_one_account_alone_has_no_share(owner, workspace):
    add_tasks(workspace, {})
    assert "By account" not in words(owner)


def test_overdue_tasks_are_counted_by_project(owner, workspace):
    def place(*gids: str) -> list:
        return [{"project": {"gid": gid, "name": f"P{gid}"}, "section": None} for gid in gids]

    add_tasks(
        workspace,
        late(memberships=place("1", "2")),
        late(memberships=place("1")),
        late(),
        {"memberships": place("1"), "due_on": date(2026, 12, 1)},
        {**late(memberships=place("1")), "completed": True, "completed_at": NOW},
    )
    overdue = owner.get(INSIGHTS).context["overdue"]
    assert [(row.label, row.count) for row in overdue.rows] == [
        ("P1", 2),
        ("P2", 1),
        ("No project", 1),
    ]
    assert "3 overdue tasks One in several projects counts in each." in words(owner)
    for row in overdue.rows[:2]:
        assert shown_by(owner, row.address) == row.count
    assert shown_by(owner, "/tasks/?due=overdue") == overdue.count == 3


def test_of_many_projects_the_rest_is_told(owner, workspace):
    for number in range(14):
        place = {"project": {"gid": f"{number}", "name": f"P{number}"}, "section": None}
        add_tasks(workspace, late(memberships=[place]))
    assert len(owner.get(INSIGHTS).context["overdue"].rows) == 12
    assert "and in 2 more projects" in words(owner)


def test_nothing_is_overdue(owner, workspace):
    add_tasks(workspace, {})
    assert "Nothing is overdue." in words(owner)


# Without figures


def test_a_person_without_accounts_is_told_to_connect_one(owner, workspace):
    User.objects.create_user("new")
    AsanaAccount.objects.all().delete()
    page = words(owner)
    assert "No Asana account yet" in page
    assert "Completed per week" not in page


def test_during_a_first_sync_it_shows_no_figures_of_a_part(owner):
    add_tasks(workspace_of(owner.account), {})
    page = words(owner)
    assert "First sync not finished" in page
    assert "Completed per week" not in page


def test_a_first_sync_that_failed_says_why(owner, asana):
    asana.order("server_error", value=503)
    engine.run_sync(owner.account)
    assert "Your tasks couldn't be synced" in words(owner)


def test_an_empty_account_has_nothing_to_count(owner, workspace):
    page = words(owner)
    assert "Nothing to count" in page
    assert "as far as we know" not in page
    assert "Completed per week" not in page


def test_without_open_tasks_the_weeks_are_shown(owner, workspace):
    add_tasks(workspace, *done(8))
    page = words(owner)
    assert page.count("You have no open task.") == 2
    assert "0.1 a week on average" in page


# Who may, and what it costs


def test_it_counts_nobody_elses_tasks(owner, other_user, administrator, workspace):
    add_tasks(workspace, {"name": "Write the plan", **made(9)[0]}, *done(8, 8))
    read(other_user.account)
    for response in (other_user.get(INSIGHTS), administrator.get(INSIGHTS)):
        assert response.status_code == 200
        assert "Write the plan" not in str(page_html(response))
        found = response.context.get("weeks")
        assert found is None or found.are_empty


def test_it_sends_nobody_to_the_sign_in_page(nobody):
    assert nobody.get(INSIGHTS)["Location"] == f"/login/?next={INSIGHTS}"


def test_it_only_reads(owner):
    assert owner.post(INSIGHTS).status_code == 405


def test_its_address_needs_nothing_more(owner, workspace):
    add_tasks(workspace, {})
    assert owner.get(INSIGHTS, data={"workspace": "\0", "page": "9" * 5000}).status_code == 200


def test_it_asks_the_same_number_of_queries_whatever_there_is(
    owner, workspace, django_assert_num_queries, django_assert_max_num_queries
):
    add_tasks(workspace, late())
    owner.get(INSIGHTS)  # which renews the session and notes the look
    with django_assert_max_num_queries(12) as few:
        owner.get(INSIGHTS)
    for number in range(30):
        place = {"project": {"gid": f"{number}", "name": "P"}, "section": None}
        tasks = [{**task, **late(memberships=[place])} for task in made(*range(9))]
        add_tasks(read(owner.account, f"8{number}"), *tasks, *done(*range(9)))
    with django_assert_num_queries(len(few)):
        owner.get(INSIGHTS)
