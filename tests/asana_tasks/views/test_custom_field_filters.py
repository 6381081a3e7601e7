"""The list by custom fields: filtered, sorted and grouped."""

from datetime import date

import pytest

from asana_tasks.api.field_schemas import FieldSchema
from asana_tasks.models import Task
from asana_tasks.sync.custom_fields import write_fields
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html
from tests.people import Person

DAY = date(2026, 12, 1)


def priority(shown: str, rank: float, gid: str = "1") -> FieldSchema:
    return FieldSchema(gid, "Priority", "enum", shown, rank)


def hours(number: float) -> FieldSchema:
    return FieldSchema("2", "Hours", "number", f"{number:g}", number)


def promised(day: date) -> FieldSchema:
    return FieldSchema("3", "Promised", "date", day.isoformat(), day.toordinal())


def customer(text: str) -> FieldSchema:
    return FieldSchema("4", "Customer", "text", text)


FIELDS = {
    "Low": [priority("Low", 2), hours(0), customer("Ísafjörður harbour")],
    "High": [priority("High", 0), hours(16), promised(DAY)],
    "Medium": [priority("Medium", 1), hours(-2.5), promised(date(2027, 1, 1))],
    "High elsewhere": [priority("High", 1, gid="9"), customer("Harbour of Hull")],
    "Without": [],
}


def add(person: Person, fields: dict[str, list[FieldSchema]], workspace: str = "77") -> None:
    there = workspace_of(person.account, workspace)
    tasks = {task.name: task for task in add_tasks(there, *({"name": name} for name in fields))}
    write_fields({tasks[name].pk: found for name, found in fields.items()})


@pytest.fixture
def ada(owner: Person) -> Person:
    add(owner, FIELDS)
    return owner


def page_of(person: Person, query: str):
    return person.get(f"/tasks/?{query}")


def names(person: Person, query: str) -> list[str]:
    return [task.name for task in page_of(person, query).context["page"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("field.Priority=High", {"High", "High elsewhere"}),
        ("field.Priority=High&field.Priority=Low", {"High", "High elsewhere", "Low"}),
        ("field.Priority=High&field.Priority=Gone", {"High", "High elsewhere"}),
        ("field.Priority=Gone", set()),
        ("field.Nothing=High", set()),
        ("from.Hours=0", {"Low", "High"}),
        ("to.Hours=0", {"Low", "Medium"}),
        ("from.Hours=0&to.Hours=0", {"Low"}),
        ("from.Hours=-2.5&to.Hours=-2.5", {"Medium"}),
        ("from.Hours=20", set()),
        ("from.Promised=2026-12-01&to.Promised=2026-12-31", {"High"}),
        ("from.Promised=2026-12-02", {"Medium"}),
        ("has.Customer=HARBOUR", {"Low", "High elsewhere"}),
        ("has.Customer=isafjordur", {"Low"}),
        ("has.Customer=harbour+hull", {"High elsewhere"}),
        ("has.Customer=%25", set()),
        ("field.Priority=High&has.Customer=hull", {"High elsewhere"}),
        ("from.Hours=many", set(FIELDS)),
        ("from.Hours=nan", set(FIELDS)),
        ("from.Hours=", set(FIELDS)),
        ("from.Hours=inf&to.Promised=soon", set(FIELDS)),
    ],
)
def test_what_is_left_of_the_list(ada, query, expected):
    found = names(ada, query)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_it_is_sorted_by_options_in_asanas_order_and_what_has_none_is_last(ada):
    assert names(ada, "sort=field.Priority") == [
        "High",
        "High elsewhere",  # which is as far up as Medium
        "Medium",
        "Low",
        "Without",
    ]


def test_it_is_sorted_by_numbers_days_and_texts(ada):
    assert names(ada, "sort=field.Hours")[:3] == ["Medium", "Low", "High"]
    assert names(ada, "sort=field.Promised")[:2] == ["High", "Medium"]
    assert names(ada, "sort=field.Customer")[:2] == ["High elsewhere", "Low"]


def test_it_is_grouped_by_options_each_one_group(ada):
    page = page_of(ada, "group=field.Priority&sort=name")
    groups = {
        group.label: (group.count, [t.name for t in group.tasks])
        for group in page.context["groups"]
    }
    assert list(groups) == ["High", "Medium", "Low", "No Priority"]
    assert groups["High"] == (2, ["High", "High elsewhere"])
    assert groups["No Priority"] == (1, ["Without"])
    assert page.context["total"] == 5
    assert "No Priority" in page_html(page)


def test_a_change_in_a_grouped_list_counts_its_groups(ada, asana):
    """Nothing is changed here: the tasks are none of Asana's. Its answer has the counts."""
    ada.allow_writing(asana)
    task = Task.objects.get(name="High")
    address = "http://testserver/tasks/?group=field.Priority"
    headers = {"hx-request": "true", "hx-current-url": address}
    answer = ada.post("/tasks/change/", {"complete": task.pk}, headers=headers)
    assert answer.status_code == 200
    assert answer.content.decode().count('<span id="count-') == 4


@pytest.mark.parametrize("order", ["group", "sort"])
@pytest.mark.parametrize("name", ["field.Nothing", "field.", "field", "field.%00", "fields"])
def test_an_order_that_is_gone_counts_as_absent(ada, order, name):
    assert len(names(ada, f"{order}={name}")) == len(FIELDS)


def test_nobody_groups_by_what_has_no_options(ada):
    page = page_of(ada, "group=field.Hours")
    assert [group.key for group in page.context["groups"]] == ["none"]


def test_each_has_a_chip(ada):
    query = "field.Priority=High&field.Priority=Low&from.Hours=0&to.Promised=2026-12-01"
    chips = page_of(ada, f"{query}&has.Customer=hull").context["search"].chips
    told = {f"{chip.label}: {chip.value}" for chip in chips}
    assert told == {
        "Priority: High",
        "Priority: Low",
        "Hours from: 0",
        "Promised to: Tue 1 Dec 2026",
        "Customer: hull",
    }
    without = next(chip.query for chip in chips if chip.value == "High")
    assert "field.Priority=Low" in without
    assert "High" not in without
    assert "from.Hours=0" in without


def test_the_form_offers_them(ada):
    page = page_html(ada.get("/tasks/filters/"))
    assert '<input type="checkbox" name="field.Priority" value="High">' in page
    assert '<option value="field.Priority">Priority</option>' in page
    assert 'name="from.Hours"' in page
    assert 'name="to.Promised"' in page
    assert 'name="has.Customer"' in page
    assert 'href="/tasks/custom-fields/"' in page
    search = ada.get("/tasks/filters/").context["search"]
    assert [value for value, _ in search.fields["field.Priority"].choices] == [
        "High",
        "Medium",
        "Low",
    ]
    assert ("field.Hours", "Hours") not in search.fields["group"].choices


def test_names_that_upset_a_page_are_text(owner):
    name = "<b>\"Ärger\" & 'co'.=?</b>"
    odd = [FieldSchema("1", name, "enum", "<script>alert(1)</script>", 0)]
    add(owner, {"Odd": odd, "Even": []})
    response = owner.client.get("/tasks/", {f"field.{name}": "<script>alert(1)</script>"})
    assert [task.name for task in response.context["page"]] == ["Odd"]
    for page in (page_html(response), page_html(owner.get("/tasks/filters/"))):
        assert "<script>alert" not in page
        assert "<b>" not in page


def test_fields_of_one_name_and_several_kinds_are_chosen_by_what_they_show(owner):
    add(owner, {"A": [FieldSchema("1", "Size", "number", "3", 3)]})
    add(owner, {"B": [FieldSchema("2", "Size", "enum", "Small", 0)]}, workspace="78")
    assert names(owner, "field.Size=Small") == ["B"]
    assert owner.get("/tasks/?from.Size=1").status_code == 200


def test_what_another_person_has_cannot_be_chosen(ada, other_user):
    assert names(other_user, "field.Priority=High") == []
    assert "Priority" not in page_html(other_user.get("/tasks/filters/"))


def test_the_calendar_takes_them(ada):
    Task.objects.update(due_on=DAY)
    assert ada.get("/tasks/calendar/?field.Priority=High&group=field.Priority").status_code == 200


def test_never_more_than_ten_queries(ada, django_assert_max_num_queries):
    ada.get("/tasks/")
    query = "field.Priority=High&from.Hours=0&has.Customer=x&tag=bug&creator=12&my_section=x"
    for path in ("/tasks/", "/tasks/filters/"):
        with django_assert_max_num_queries(10):
            ada.get(f"{path}?{query}&group=field.Priority&sort=field.Hours&project=1")
