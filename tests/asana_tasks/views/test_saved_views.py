import pytest

from asana_tasks.models import SavedView
from tests.markup import page_html


def save(person, name: str = "Mine", query: str = "kind=milestone"):
    return person.post(
        "/tasks/views/save/", {"name": name, "query": query, "next": f"/tasks/?{query}"}
    )


def test_a_saved_view_is_a_tab(owner):
    assert save(owner)["Location"] == "/tasks/?kind=milestone"
    page = page_html(owner.get("/tasks/?kind=milestone"))
    assert 'href="/tasks/?kind=milestone" dir="auto" aria-current="page"' in page
    assert 'href="/tasks/?kind=milestone"' in page_html(owner.get("/tasks/"))


def test_the_same_name_replaces(owner):
    save(owner)
    save(owner, query="kind=approval")
    assert SavedView.objects.get().query == "kind=approval"


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164\ufe0f", "x" * 41])
def test_a_name_that_is_none_is_refused_in_words(owner, name):
    save(owner, name)
    assert not SavedView.objects.exists()
    assert "needs a name" in page_html(owner.get("/tasks/"))


@pytest.mark.parametrize(
    "query", ["https://evil.example/", '"><script>alert(1)</script>', "javascript:alert(1)"]
)
def test_a_view_holds_a_query_and_never_a_link(owner, query):
    save(owner, query=query)
    page = page_html(owner.get("/tasks/"))
    assert f'"{query}' not in page
    assert "<script>alert" not in page


def test_there_is_an_end_to_them(owner):
    for number in range(SavedView.MOST + 1):
        save(owner, f"View {number}")
    assert SavedView.objects.count() == SavedView.MOST


def test_the_owner_removes_one(owner):
    save(owner)
    owner.post(f"/tasks/views/{SavedView.objects.get().pk}/remove/")
    assert not SavedView.objects.exists()


def test_another_user_neither_sees_nor_removes_it(owner, other_user):
    save(owner, "Secret view")
    assert "Secret view" not in page_html(other_user.get("/tasks/"))
    response = other_user.post(f"/tasks/views/{SavedView.objects.get().pk}/remove/")
    assert response.status_code == 404
    assert SavedView.objects.exists()


def test_an_administrator_does_neither(owner, administrator):
    save(owner, "Secret view")
    assert "Secret view" not in page_html(administrator.get("/tasks/"))
    path = f"/tasks/views/{SavedView.objects.get().pk}/remove/"
    assert administrator.post(path).status_code == 404


def test_nobody_is_sent_to_sign_in(nobody, db):
    assert nobody.get("/tasks/views/")["Location"].startswith("/login/")
    assert nobody.get("/tasks/start/")["Location"].startswith("/login/")
    assert nobody.post("/tasks/views/save/")["Location"].startswith("/login/")
    assert nobody.post("/tasks/views/1/remove/")["Location"].startswith("/login/")


def test_get_changes_nothing(owner):
    save(owner)
    assert owner.get(f"/tasks/views/{SavedView.objects.get().pk}/remove/").status_code == 405


def test_more_filters_than_a_view_holds_are_refused_in_words(owner):
    save(owner, query="&".join(f"project={number}" for number in range(1000)))
    assert not SavedView.objects.exists()
    assert "more than a view can hold" in page_html(owner.get("/tasks/"))


def names(person) -> list[str]:
    return [view.name for view in person.user.saved_views.all()]


def view_named(name: str) -> SavedView:
    return SavedView.objects.get(name=name)


def test_the_same_name_replaces_in_its_place_even_at_the_end_of_them(owner):
    for number in range(SavedView.MOST):
        save(owner, f"View {number}")
    save(owner, "View 3", "kind=approval")
    assert view_named("View 3").query == "kind=approval"
    assert names(owner)[3] == "View 3"


def test_a_view_is_renamed(owner):
    save(owner)
    owner.post(f"/tasks/views/{view_named('Mine').pk}/rename/", {"name": " Ours "})
    assert names(owner) == ["Ours"]
    assert view_named("Ours").query == "kind=milestone"


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "needs a name"), ("x" * 41, "needs a name"), ("Other", "called “Other”")],
)
def test_a_new_name_that_cannot_be_is_refused_in_words(owner, name, said):
    save(owner)
    save(owner, "Other")
    response = owner.post(f"/tasks/views/{view_named('Mine').pk}/rename/", {"name": name})
    assert said in page_html(owner.get(response["Location"]))
    assert names(owner) == ["Mine", "Other"]


@pytest.mark.parametrize(
    ("name", "to", "order"),
    [
        ("B", "up", "BAC"),
        ("B", "down", "ACB"),
        ("A", "up", "ABC"),
        ("C", "down", "ABC"),
        ("B", "elsewhere", "ABC"),
        ("B", "", "ABC"),
    ],
)
def test_views_are_put_in_order(owner, name, to, order):
    for each in "ABC":
        save(owner, each)
    owner.post(f"/tasks/views/{view_named(name).pk}/move/", {"to": to})
    assert "".join(names(owner)) == order
    save(owner, "D")
    assert "".join(names(owner)) == order + "D"


def test_one_view_is_the_start_page(owner):
    save(owner, "A")
    save(owner, "B", "kind=approval")
    assert owner.get("/tasks/start/")["Location"] == "/tasks/"
    for name in "AB":
        owner.post(f"/tasks/views/{view_named(name).pk}/start/")
    assert owner.get("/tasks/start/")["Location"] == "/tasks/?kind=approval"
    assert owner.get("/")["Location"] == "/tasks/start/"
    owner.post(f"/tasks/views/{view_named('B').pk}/start/", {"off": ""})
    assert owner.get("/tasks/start/")["Location"] == "/tasks/"


def test_views_are_counted_in_a_request_of_their_own(owner_with_tasks):
    save(owner_with_tasks, "All", "")
    save(owner_with_tasks, "Gone", "project=999999")
    save(owner_with_tasks, "Odd", "due_from=x&state=%00")
    counts = owner_with_tasks.get("/tasks/views/counts/").json()
    whole = owner_with_tasks.user.tasks.open().count()
    assert whole > 0
    assert [counts[str(view_named(name).pk)] for name in ("All", "Gone", "Odd")] == [
        whole,
        0,
        whole,
    ]


def test_the_page_of_the_views_names_what_can_be_done(owner):
    save(owner, "A")
    save(owner, "<b>")
    page = page_html(owner.get("/tasks/views/"))
    assert "Move down: A" in page
    assert "Move up: A" not in page
    assert "Start with &lt;b&gt;" in page
    assert "<b>" not in page


def test_the_page_without_views_says_how_to_make_one(owner):
    assert "No view yet" in page_html(owner.get("/tasks/views/"))


@pytest.mark.parametrize("action", ["rename", "move", "start"])
def test_nobody_else_changes_a_view(owner, other_user, administrator, nobody, action):
    save(owner)
    path = f"/tasks/views/{view_named('Mine').pk}/{action}/"
    data = {"name": "Stolen", "to": "up"}
    assert other_user.post(path, data).status_code == 404
    assert administrator.post(path, data).status_code == 404
    assert nobody.post(path, data)["Location"].startswith("/login/")
    assert owner.get(path).status_code == 405
    view = view_named("Mine")
    assert (view.position, view.is_start) == (0, False)


def test_others_count_their_own_views(owner, other_user):
    save(owner)
    assert other_user.get("/tasks/views/counts/").json() == {}
    assert "Mine" not in page_html(other_user.get("/tasks/views/"))
