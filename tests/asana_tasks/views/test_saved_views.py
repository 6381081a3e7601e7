import pytest

from asana_tasks.models import SavedView
from tests.markup import page_html


def save(person, name: str = "Mine", query: str = "kind=milestone"):
    return person.post("/tasks/views/", {"name": name, "query": query, "next": f"/tasks/?{query}"})


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
    assert nobody.post("/tasks/views/")["Location"].startswith("/login/")
    assert nobody.post("/tasks/views/1/remove/")["Location"].startswith("/login/")


def test_get_changes_nothing(owner):
    save(owner)
    assert owner.get(f"/tasks/views/{SavedView.objects.get().pk}/remove/").status_code == 405
