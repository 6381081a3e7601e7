"""The fields of the filter: a page of its own, and fetched into the list when they are opened."""

import re

import pytest

from accounts.models import AsanaAccount
from asana_tasks.models import Project, Workspace
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html

PATH = "/tasks/filters/"
PART = {"hx-request": "true"}


def test_the_owner_chooses_among_what_is_theirs(owner_with_tasks):
    page = page_html(owner_with_tasks.get(f"{PATH}?q=plan&kind=milestone"))
    assert "<h1>Filter, group and sort</h1>" in page
    assert 'value="plan"' in page
    assert '<input type="checkbox" name="kind" value="milestone" checked>' in page
    assert '<input type="checkbox" name="kind" value="task">' in page
    assert '<span dir="auto">Lighthouse Instruments</span>' in page
    assert 'href="/tasks/?q=plan&amp;kind=milestone">Back</a>' in page


def test_several_are_ticked_and_sections_are_those_of_a_project_chosen_alone(owner_with_tasks):
    office, hiring = (Project.objects.get(name=name) for name in ("Office", "Hiring"))
    alone = page_html(owner_with_tasks.get(f"{PATH}?project={office.pk}"))
    assert 'name="section"' in alone
    both = page_html(owner_with_tasks.get(f"{PATH}?project={office.pk}&project={hiring.pk}"))
    for project in (office, hiring):
        assert f'name="project" value="{project.pk}" checked>' in both
    assert 'name="section"' not in both
    assert '<div id="section-choice" hidden>' in both


def test_names_are_in_alphabetical_order_and_never_html(owner_with_tasks):
    Project.objects.filter(name="Office").update(name="<b>äpple</b>")
    Project.objects.filter(name="Hiring").update(name="\u200b")
    page = page_html(owner_with_tasks.get(PATH))
    assert "&lt;b&gt;äpple" in page
    hiring = Project.objects.get(name="\u200b")
    assert f"Project {hiring.gid}" in page
    offered = owner_with_tasks.get(PATH).context["search"]["project"].field.labels
    assert next(iter(offered.values())) == "<b>äpple</b>"


def test_i_am_the_first_of_those_who_create(owner_with_tasks):
    search = owner_with_tasks.get(PATH).context["search"]
    creators = list(search["creator"].field.labels.values())
    assert creators[0] == "Me"
    assert creators[1:] == sorted(creators[1:])
    assert "Noor Haddad" in creators
    assert "Ada Okafor" not in creators


def test_one_name_is_one_choice_in_however_many_workspaces(owner_with_tasks):
    search = owner_with_tasks.get(PATH).context["search"]
    assert list(search["my_section"].field.labels) == [
        "Do later",
        "Do next week",
        "Do today",
        "Recently assigned",
    ]
    assert list(search["tag"].field.labels).count("money") == 1


def test_what_nobody_has_is_not_offered(owner):
    page = page_html(owner.get(PATH))
    assert "My Tasks section" not in page
    assert "Created by" not in page


def test_never_more_than_ten_queries(owner_with_tasks, django_assert_max_num_queries):
    owner_with_tasks.get(PATH)
    office = Project.objects.get(name="Office")
    with django_assert_max_num_queries(10):
        owner_with_tasks.get(f"{PATH}?project={office.pk}&kind=task&tag=bug&creator=me")


def test_for_htmx_it_is_the_fields_alone(owner_with_tasks):
    part = page_html(owner_with_tasks.get(PATH, headers=PART))
    assert part.startswith('<div id="filter-grid"')
    assert "<html" not in part
    assert "Gauge launch" in part


def test_another_user_and_an_administrator_see_nothing_of_it(
    owner_with_tasks, other_user, administrator
):
    for person in (other_user, administrator):
        page = page_html(person.get(PATH))
        assert "Lighthouse" not in page
        assert "Gauge launch" not in page


def test_nobody_signs_in_first(nobody, db):
    assert nobody.get(PATH)["Location"].startswith("/login/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_shows(owner, method):
    assert getattr(owner.client, method)(PATH).status_code == 405


def test_the_list_keeps_what_was_chosen_without_the_fields(owner_with_tasks):
    page = page_html(owner_with_tasks.get("/tasks/?kind=milestone&sort=name&q=a&group=project"))
    grid = re.search(r'<div id="filter-grid">.*?</div>', page)[0]
    assert '<input type="hidden" name="kind" value="milestone">' in grid
    assert '<input type="hidden" name="sort" value="name">' in grid
    assert 'name="q"' not in grid
    assert "<select" not in page
    assert f'href="{PATH}?q=a&amp;group=project&amp;sort=name&amp;kind=milestone"' in grid


def test_what_nothing_tells_apart_is_offered_all_the_same(owner_with_tasks):
    """The same project, of two accounts whose owner gave them one label."""
    first = owner_with_tasks.account
    second = AsanaAccount.objects.create(user=first.user, gid="9", name=first.asana_name)
    place = {"project": {"gid": "8", "name": "Sprint"}, "section": None}
    for account in (first, second):
        add_tasks(workspace_of(account), {"name": "Ring", "memberships": [place]})
    search = owner_with_tasks.get(PATH).context["search"]
    found = {each for each in search["project"].field.labels.values() if "Sprint" in each}
    assert found == {
        f"Sprint ({pk})" for pk in Project.objects.filter(gid="8").values_list("pk", flat=True)
    }


def test_projects_of_one_name_in_one_account_are_told_apart_too(owner_with_tasks):
    work, personal = Workspace.objects.order_by("name")[:2]
    for gid, workspace in (("8", work), ("81", personal), ("82", personal)):
        place = {"project": {"gid": gid, "name": "Sprint"}, "section": None}
        add_tasks(workspace, {"name": f"Task {gid}", "memberships": [place]})

    def labels(query: str = "") -> set[str]:
        search = owner_with_tasks.get(f"{PATH}{query}").context["search"]
        return {each for each in search["project"].field.labels.values() if "Sprint" in each}

    owner = "Ada Okafor"
    assert labels() == {f"Sprint ({owner}, {gid})" for gid in ("8", "81", "82")}
    Project.objects.get(gid="82").delete()
    assert labels() == {f"Sprint ({work})", f"Sprint ({personal})"}
    Project.objects.get(gid="81").delete()
    assert labels() == {"Sprint"}


def test_workspaces_and_projects_of_one_name_are_told_apart_by_their_accounts(owner_with_tasks):
    club = AsanaAccount.objects.create(user=owner_with_tasks.user, gid="9", name="A", label="Club")
    place = {"project": {"gid": "8", "name": "Office"}, "section": None}
    add_tasks(workspace_of(club), {"name": "Ring", "memberships": [place]})
    Workspace.objects.filter(account=club).update(name="Personal Projects")
    search = owner_with_tasks.get(PATH).context["search"]
    workspaces = set(search["workspace"].field.labels.values())
    assert {"Personal Projects (Ada Okafor)", "Personal Projects (Club)"} <= workspaces
    assert "Lighthouse Instruments" in workspaces
    projects = set(search["project"].field.labels.values())
    assert {"Office (Ada Okafor)", "Office (Club)", "Hiring"} <= projects
    page = page_html(owner_with_tasks.get("/tasks/?group=workspace"))
    assert '<span dir="auto">Personal Projects (Club)</span>' in page
