"""Every state of the list is in its address."""

import re
from html import unescape

import pytest

from asana_tasks.models import Project, Task
from asana_tasks.sync import engine
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html
from tests.people import Person, path_of
from tests.stand_in import OTHER_SAM, SAM


@pytest.fixture
def synced(owner_with_tasks: Person) -> Person:
    return owner_with_tasks


def shown(person: Person, query: str) -> list[Task]:
    return list(person.get(f"/tasks/?{query}").context["page"])


def names(person: Person, query: str) -> list[str]:
    return [task.name for task in shown(person, query)]


@pytest.fixture
def tea(synced: Person) -> Task:
    task = Task.objects.get(name="Write the plan")
    row = {
        "gid": task.gid,
        "completed": False,
        "name": "Čaj für STRASSE in Łódź, Ødegård",
        "memberships": [
            {"project": {"gid": "9", "name": "Küche"}, "section": {"gid": "8", "name": "Später"}}
        ],
        "parent": {"gid": "7", "name": "Élevage"},
    }
    from asana_tasks.api import schemas  # noqa: PLC0415
    from asana_tasks.sync import store  # noqa: PLC0415

    return store.store_changed_task(task, schemas.parse_task(row))


@pytest.mark.parametrize(
    "q",
    [
        "caj",
        "ČAJ",
        "fur caj",
        "straße",
        "kuche",
        "SPATER",
        "elevage",
        "  caj   kuche  ",
        "strasse spater elevage",
        "lodz odegard",
    ],
)
def test_it_finds_words_in_any_order_without_case_and_accents(synced, tea, q):
    assert [task.pk for task in shown(synced, f"q={q}")] == [tea.pk]


@pytest.mark.parametrize("q", ["caj nothing", "'; drop table", "🫠", "x" * 199])
def test_words_that_are_nowhere_find_nothing(synced, tea, q):
    assert shown(synced, f"q={q}") == []


@pytest.mark.parametrize("sign", ["%", "_", "\\"])
def test_signs_that_databases_know_are_only_letters(synced, sign):
    found = synced.client.get("/tasks/", {"q": sign}).context["page"]
    assert len(found) == sum(sign in task.search_text for task in Task.objects.open())


def test_it_filters_by_workspace_and_kind(synced):
    workspace = synced.account.workspaces.get(gid="498346170860")
    assert {task.workspace_id for task in shown(synced, f"workspace={workspace.pk}")} == {
        workspace.pk
    }
    assert {task.resource_subtype for task in shown(synced, "kind=milestone")} == {"milestone"}
    normalize = {task.resource_subtype for task in shown(synced, "kind=task")}
    assert not normalize & {"milestone", "approval"}


def test_it_filters_by_project_and_section(synced):
    task = Task.objects.open().exclude(memberships=[]).first()
    placement = task.placements.exclude(section_gid="").first()
    project = shown(synced, f"project={placement.project_id}")
    section = shown(synced, f"project={placement.project_id}&section={placement.section_gid}")
    assert task.pk in {each.pk for each in section}
    assert len(section) <= len(project)
    assert all(each.placements.filter(project=placement.project_id).exists() for each in project)


def two_projects() -> tuple[Project, Project]:
    """Return two projects that share a task."""
    first, second = Project.objects.filter(name__in=["Firmware", "Gauge launch"]).order_by("pk")
    assert in_any(first) & in_any(second)
    return first, second


def in_any(*projects: Project) -> set[int]:
    return set(
        Task.objects.open().filter(placements__project__in=projects).values_list("pk", flat=True)
    )


def test_of_several_projects_it_shows_the_tasks_of_each_once(synced):
    first, second = two_projects()
    found = [task.pk for task in shown(synced, f"project={first.pk}&project={second.pk}")]
    assert len(found) == len(set(found))
    assert set(found) == in_any(first) | in_any(second)
    assert len(found) > max(len(in_any(first)), len(in_any(second)))


def test_filters_narrow_each_other(synced):
    first, second = two_projects()
    workspaces = synced.account.workspaces.all()
    query = f"project={first.pk}&project={second.pk}&kind=milestone&kind=approval"
    query += "".join(f"&workspace={each.pk}" for each in workspaces)
    found = shown(synced, query)
    assert {task.resource_subtype for task in found} == {"milestone"}
    assert {task.pk for task in found} < in_any(first, second)


def test_several_kinds_are_any_of_them(synced):
    kinds = {task.resource_subtype for task in shown(synced, "kind=milestone&kind=approval")}
    assert kinds == {"milestone", "approval"}
    assert "milestone" not in {
        task.resource_subtype for task in shown(synced, "kind=task&kind=approval")
    }
    every = shown(synced, "kind=task&kind=approval&kind=milestone")
    assert len(every) == Task.objects.open().count()


def test_several_workspaces_are_any_of_them(synced):
    first, *_, last = synced.account.workspaces.all()
    found = shown(synced, f"workspace={first.pk}&workspace={last.pk}")
    assert {task.workspace_id for task in found} == {first.pk, last.pk}


def test_a_value_that_is_gone_matches_nothing_of_its_own(synced):
    first, _ = two_projects()
    found = shown(synced, f"project={first.pk}&project=999999&project=x")
    assert {task.pk for task in found} == in_any(first)
    assert shown(synced, "project=999999&project=x") == []


def test_several_sections_of_one_project_are_any_of_them(synced):
    office = Project.objects.get(name="Office")
    gids = office.placements.exclude(section_gid="").values_list("section_gid", flat=True)
    first, second, *_ = sorted(set(gids))
    both = shown(synced, f"project={office.pk}&section={first}&section={second}&state=all")
    alone = shown(synced, f"project={office.pk}&section={first}&state=all")
    assert 0 < len(alone) < len(both)
    assert shown(synced, f"project={office.pk}&section=999") == []


def test_with_several_projects_sections_count_as_absent(synced):
    first, second = two_projects()
    section = first.placements.exclude(section_gid="").first().section_gid
    page = synced.get(f"/tasks/?project={first.pk}&project={second.pk}&section={section}")
    assert {task.pk for task in page.context["page"]} == in_any(first, second)
    assert "section" not in page.context["search"].query()


def test_tags_are_chosen_by_name_in_whichever_workspace(synced):
    bug, money = (shown(synced, f"tag={tag}&state=all") for tag in ("bug", "money"))
    assert {"Fix the drift in sensor 4", "Faster boot"} == {task.name for task in bug}
    assert len({task.workspace_id for task in money}) == 2
    both = shown(synced, "tag=bug&tag=money&tag=nowhere&state=all")
    assert len(both) == len(bug) + len(money)
    assert shown(synced, "tag=nowhere") == []


def test_a_task_with_two_chosen_tags_is_there_once(synced):
    tags = [{"gid": "1", "name": "wet"}, {"gid": "2", "name": "cold"}, {"gid": "3", "name": "wet"}]
    (task,) = add_tasks(workspace_of(synced.account), {"name": "Swim", "tags": tags})
    assert [each.pk for each in shown(synced, "tag=wet&tag=cold")] == [task.pk]


def test_created_by_me_is_by_any_of_my_accounts(synced):
    mine = {task.created_by_gid for task in shown(synced, "creator=me&state=all")}
    assert mine == {synced.account.gid}
    noor = Task.objects.filter(created_by_name="Noor Haddad").first().created_by_gid
    theirs = shown(synced, f"creator={noor}&state=all")
    assert {task.created_by_name for task in theirs} == {"Noor Haddad"}
    everybody = shown(synced, f"creator=me&creator={noor}&state=all")
    assert len(everybody) == len(theirs) + len(shown(synced, "creator=me&state=all"))
    assert shown(synced, "creator=999") == []


def test_sections_of_my_tasks_are_chosen_by_name_in_whichever_workspace(synced):
    found = shown(synced, "my_section=Do+today")
    assert {task.assignee_section_name for task in found} == {"Do today"}
    assert len({task.workspace_id for task in found}) == 2
    later = shown(synced, "my_section=Do+later")
    assert len(shown(synced, "my_section=Do+today&my_section=Do+later")) == len(found) + len(later)


def test_a_search_finds_tags(synced):
    found = {task.pk for task in shown(synced, "q=BUG&state=all")}
    assert {task.pk for task in shown(synced, "tag=bug&state=all")} <= found


@pytest.mark.parametrize("name", ["tag", "creator", "my_section"])
def test_what_another_person_has_cannot_be_chosen(synced, other_user, name):
    value = {"tag": "secret", "creator": "77", "my_section": "Hidden"}[name]
    theirs = {
        "tags": [{"gid": "1", "name": "secret"}],
        "created_by_gid": "77",
        "created_by_name": "Mallory",
        "assignee_section_name": "Hidden",
    }
    add_tasks(workspace_of(other_user.account, "88"), theirs)
    assert len(shown(other_user, f"{name}={value}")) == 1
    assert shown(synced, f"{name}={value}") == []


def test_one_state_has_one_address(synced):
    first, second = two_projects()
    queries = {
        synced.get(f"/tasks/?{query}").context["search"].query()
        for query in (
            f"project={first.pk}&project={second.pk}",
            f"project={second.pk}&project={first.pk}&project={second.pk}&project=&kind=",
        )
    }
    assert len(queries) == 1
    assert queries.pop().count("project=") == 2


@pytest.mark.parametrize("due", ["overdue", "today", "week", "later", "none"])
def test_it_filters_by_due_group(synced, due):
    page = synced.get(f"/tasks/?due={due}")
    assert [group.key for group in page.context["groups"]] == [due]


def test_the_groups_together_are_all_there_is(synced):
    groups = synced.get("/tasks/").context["groups"]
    assert sum(group.count for group in groups) == Task.objects.open().count()
    assert [group.key for group in groups] == ["overdue", "today", "week", "later", "none"]


def test_it_filters_by_a_range_of_days(synced):
    day = Task.objects.get(name="Write the plan").due_on
    found = shown(synced, f"due_from={day}&due_to={day}")
    assert "Write the plan" in [task.name for task in found]
    assert {task.due_day for task in found} == {day}


def test_it_shows_what_is_done_newest_first(synced):
    done = shown(synced, "state=done")
    assert all(task.completed for task in done)
    times = [task.completed_at.timestamp() for task in done]
    assert times == sorted(times, reverse=True)


def test_open_and_done_together(synced):
    assert len(shown(synced, "state=all")) == Task.objects.count()


@pytest.mark.parametrize("group", ["due", "project", "workspace", "account"])
@pytest.mark.parametrize("sort", ["due", "created", "modified", "name", "project"])
def test_groups_stay_together_however_they_are_sorted(synced, group, sort):
    groups = synced.get(f"/tasks/?group={group}&sort={sort}").context["groups"]
    keys = [each.key for each in groups]
    assert len(keys) == len(set(keys))
    assert sum(len(each.tasks) for each in groups) == Task.objects.open().count()
    for each in groups:
        assert each.count == len(each.tasks)
        if sort == "name":
            in_order = [task.sort_name for task in each.tasks]
            assert in_order == sorted(in_order)


@pytest.mark.parametrize(
    "query",
    [
        "group=planet&sort=up&state=x&due=never&kind=odd",
        "account=999999&workspace=-1&project=x&section=%00",
        "due_from=yesterday&due_to=9999-99-99&done_on=0",
        "due_from=0001-01-01&due_to=9999-12-31",
        "q=" + "x" * 5000,
        "q=%00",
        "project=" + "9" * 40,
        "project=²",
        "page=2&page=x",
        "tag=%00&creator=%00&my_section=%00&creator=%ED%A0%80",
        "tag=" + "x" * 5000,
    ],
)
def test_values_that_make_no_sense_count_as_absent(synced, query):
    assert synced.get(f"/tasks/?{query}").status_code == 200


def test_another_persons_rows_cannot_be_chosen(synced, asana):
    sam = Person.stored(asana, SAM)
    engine.run_sync(sam.account)
    theirs = synced.account.workspaces.first()
    project = synced.account.projects.first()
    assert shown(sam, f"workspace={theirs.pk}") == []
    assert shown(sam, f"project={project.pk}") == []
    assert str(theirs.pk) not in sam.get(f"/tasks/?workspace={theirs.pk}").context["search"].query()


def test_a_project_that_is_gone_matches_nothing_rather_than_everything(synced):
    project = Task.objects.open().exclude(memberships=[]).first().placements.first().project_id
    Task.objects.filter(placements__project=project).delete()
    page = synced.get(f"/tasks/?project={project}")
    assert len(page.context["page"]) == 0
    assert "Nothing matches" in page.content.decode()


@pytest.mark.parametrize("name", ["overdue", "My task"])
def test_a_project_name_is_a_name_and_nothing_else(synced, name):
    Task.objects.update(project_name=name)
    page = synced.get("/tasks/?group=project").content.decode()
    assert f"group-{name}" not in page
    assert '<span class="unseen">Overdue: </span>' in page


def test_back_after_a_search_gets_a_whole_page(synced):
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<html" in synced.get("/tasks/?q=plan", headers=headers).content.decode()


def test_who_is_signed_out_is_led_to_sign_in_by_htmx_too(nobody, db):
    response = nobody.get("/tasks/?q=plan", headers={"hx-request": "true"})
    assert response["HX-Redirect"] == "/login/"


def test_it_helps_when_nothing_matches(synced):
    page = synced.get("/tasks/?q=nothing+at+all").content.decode()
    assert "Nothing matches" in page
    assert "Clear filters" in page


def test_htmx_puts_the_state_into_the_address_without_its_defaults(synced):
    response = synced.get(
        "/tasks/?q=plan&group=due&sort=due&state=open&kind=",
        headers={"hx-request": "true", "hx-trigger": "search"},
    )
    assert response["HX-Push-Url"] == "/tasks/?q=plan"
    assert "<html" not in response.content.decode()


def test_two_accounts_with_one_name_are_two_groups(synced, asana):
    for gid in (SAM, OTHER_SAM):
        response = synced.client.post("/accounts/connect/")
        synced.get(path_of(asana.allow(response["Location"], gid)))
        engine.run_sync(synced.user.asana_accounts.get(gid=gid))
    groups = synced.get("/tasks/?group=account").context["groups"]
    assert [group.label for group in groups] == ["Ada Okafor", "Sam Reyes", "Sam Reyes"]


def test_never_more_than_ten_queries(synced, django_assert_max_num_queries):
    placement = Task.objects.open().exclude(memberships=[]).first().placements.first()
    synced.get("/tasks/")
    first, second = two_projects()
    several = f"project={first.pk}&project={second.pk}&kind=task&kind=approval"
    place = f"project={placement.project_id}&section={placement.section_gid}"
    several += "&tag=bug&tag=money&creator=me&creator=12&my_section=Do+today"
    for query in ("", "group=project", "state=all&sort=name", place, several):
        with django_assert_max_num_queries(10):
            synced.get(f"/tasks/?{query}")


def chips(page) -> dict[str, str]:
    """Return the address behind each chip."""
    link = r'<a href="([^"]*)" dir="auto" aria-label="Remove[^"]*">(.*?) <'
    return {words: unescape(address) for address, words in re.findall(link, page_html(page))}


def test_filters_are_shown_as_chips_that_remove_them(synced):
    project = Project.objects.get(name="Hiring")
    query = f"project={project.pk}&section=x&kind=task&due_from=2026-01-02&changed=on&q=a&sort=name"
    found = chips(synced.get(f"/tasks/?{query}"))
    assert list(found) == [
        "Due from: Fri 2 Jan 2026",
        "Kind: Tasks",
        "Project: Hiring",
        "Changed since the last visit",
    ]
    without = found["Project: Hiring"]
    assert "project" not in without
    assert "section" not in without
    assert {"kind=task", "q=a", "sort=name"} <= set(without.partition("?")[2].split("&"))


def test_each_of_several_values_has_a_chip_that_leaves_the_others(synced):
    first, second = sorted(two_projects(), key=str)
    page = synced.get(f"/tasks/?project={second.pk}&project={first.pk}&project=999999&q=a")
    found = chips(page)
    assert list(found) == [f"Project: {first}", f"Project: {second}"]
    assert found[f"Project: {first}"] == f"/tasks/?q=a&project={second.pk}"
    assert found[f"Project: {second}"] == f"/tasks/?q=a&project={first.pk}"


def test_the_fields_keep_several_values_while_they_are_not_on_the_page(synced):
    first, second = two_projects()
    page = page_html(synced.get(f"/tasks/?project={first.pk}&project={second.pk}"))
    for project in (first, second):
        assert f'<input type="hidden" name="project" value="{project.pk}">' in page


@pytest.mark.parametrize("query", ["", "?q=plan", "?sort=name&group=project", "?kind=odd"])
def test_what_narrows_nothing_or_stands_in_the_search_field_is_no_chip(synced, query):
    assert chips(synced.get(f"/tasks/{query}")) == {}


def test_a_chip_of_a_name_that_is_html_is_text(synced):
    project = Project.objects.get(name="Hiring")
    Project.objects.filter(pk=project.pk).update(name="<script>alert(1)</script>")
    page = page_html(synced.get(f"/tasks/?project={project.pk}"))
    assert "Project: &lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
