import pytest

from accounts.models import User
from tests.markup import page_html


def save(person, **data):
    return person.post("/tasks/preferences/", data)


def test_the_list_has_one_line_a_task_until_somebody_chooses_two(owner):
    assert '<body class="compact"' in page_html(owner.get("/tasks/"))
    assert save(owner, density="comfortable", uses_keys="on")["Location"] == "/tasks/"
    assert '<body class="comfortable"' in page_html(owner.get("/tasks/"))
    page = page_html(owner.get("/tasks/preferences/"))
    assert 'value="comfortable"' in page
    assert page.count(" checked") == 3  # the density, the keys, and their box among the shortcuts


def test_keys_are_switched_off_for_all_browsers_of_a_person(owner):
    assert owner.post("/tasks/preferences/keys/").status_code == 204
    assert not User.objects.get(pk=owner.user.pk).uses_keys
    owner.post("/tasks/preferences/keys/", {"uses_keys": "on"})
    assert User.objects.get(pk=owner.user.pk).uses_keys
    save(owner, density="compact")
    assert not User.objects.get(pk=owner.user.pk).uses_keys


@pytest.mark.parametrize("density", ["", "huge", 'x" onload="alert(1)', "x" * 9999, "\0"])
def test_a_density_that_is_none_is_refused_in_words(owner, density):
    response = save(owner, density=density, uses_keys="on")
    assert "Choose one of the two" in page_html(response)
    assert User.objects.get(pk=owner.user.pk).density == "compact"


def test_other_fields_of_a_person_are_not_taken(owner):
    save(owner, density="compact", is_staff="on", is_superuser="on", name="Root")
    user = User.objects.get(pk=owner.user.pk)
    assert not user.is_staff
    assert user.name == owner.user.name


def test_each_sets_their_own(owner, other_user, administrator, nobody):
    for person in (other_user, administrator):
        save(person, density="comfortable")
    user = User.objects.get(pk=owner.user.pk)
    assert (user.density, user.uses_keys) == ("compact", True)
    assert save(nobody, density="comfortable")["Location"].startswith("/login/")
    assert nobody.post("/tasks/preferences/keys/")["Location"].startswith("/login/")
