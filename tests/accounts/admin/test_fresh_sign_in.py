"""A stolen session of an administrator must not become lasting access: rights and passwords ask."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from tests.accounts.admin.test_people import filled_in
from tests.accounts.administration import PEOPLE
from tests.accounts.views.test_confirm import CONFIRM, asks, grow_old

GROUPS = "/admin/auth/group/"
ADD = f"{PEOPLE}add/"
NEW = {"username": "mallory", "password1": "long enough 7", "password2": "long enough 7"}
NEW["usable_password"] = "true"


@pytest.fixture
def person(db, django_user_model) -> User:
    return django_user_model.objects.create_user("pat", password="old")


@pytest.fixture
def stale(administrator):
    grow_old(administrator)
    return administrator


@pytest.fixture
def group(db) -> Group:
    return Group.objects.create(name="Readers")


def refused(client, path: str, data: dict) -> bool:
    response = client.post(path, data)
    return response.status_code == 403 and asks(response)


def test_nobody_is_added(stale):
    assert asks(stale.get(ADD))
    assert refused(stale, ADD, NEW)
    assert not User.objects.filter(username="mallory").exists()


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_nobody_gets_a_right(administrator, person, right):
    path = f"{PEOPLE}{person.pk}/change/"
    data = filled_in(administrator, path, **{right: "on"})
    grow_old(administrator)
    response = administrator.get(path)
    assert not asks(response)
    assert refused(administrator, path, data)
    person.refresh_from_db()
    assert not getattr(person, right)


def test_no_password_is_set(stale, person):
    path = f"{PEOPLE}{person.pk}/password/"
    assert asks(stale.get(path))
    assert refused(stale, path, {"password1": "new 12345678", "password2": "new 12345678"})
    person.refresh_from_db()
    assert person.check_password("old")


@pytest.mark.parametrize("path", [f"{GROUPS}add/", f"{GROUPS}{{}}/change/"])
def test_no_group_is_given_anything(stale, group, path):
    path = path.format(group.pk)
    data = {"name": "Rulers", "permissions": [Permission.objects.get(codename="view_user").pk]}
    assert asks(stale.get(path))
    assert refused(stale, path, data)
    assert not Group.objects.filter(name="Rulers").exists()


def test_who_may_not_is_refused_and_not_asked(account_manager, person):
    grow_old(account_manager)
    path = f"{PEOPLE}{person.pk}/password/"
    response = account_manager.get(path)
    assert (response.status_code, asks(response)) == (403, False)


def test_by_the_password_they_go_on_where_they_were(stale):
    response = stale.post(CONFIRM, {"password": "root", "next": ADD})
    assert response["Location"] == ADD
    assert stale.post(ADD, NEW).status_code == 302
    assert User.objects.get(username="mallory").check_password("long enough 7")


def test_a_sign_in_at_the_administration_is_fresh(administrator, nobody):
    nobody.post("/admin/login/", {"username": "root", "password": "root"})
    assert nobody.post(ADD, NEW).status_code == 302
