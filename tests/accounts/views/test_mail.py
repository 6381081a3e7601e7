import pytest

from accounts.models import User
from tests.markup import page_html

PAGE = "/accounts/mail/"


def switches(user: User) -> tuple[bool, bool]:
    user = User.objects.get(pk=user.pk)
    return user.mail_about_links, user.mail_about_trouble


def test_both_are_on_until_somebody_switches_them_off(owner):
    page = page_html(owner.get(PAGE))
    assert page.count("checked") == 2 + 1  # one is for the keyboard
    assert "To <bdi>ada@example.com</bdi>" in page
    assert switches(owner.user) == (True, True)


@pytest.mark.parametrize(
    ("form", "now"),
    [
        ({}, (False, False)),
        ({"mail_about_links": "on"}, (True, False)),
        ({"mail_about_trouble": "on"}, (False, True)),
        ({"mail_about_links": "on", "mail_about_trouble": "on"}, (True, True)),
    ],
)
def test_the_owner_switches_them(owner, other_user, form, now):
    for _ in range(2):
        response = owner.post(PAGE, form, follow=True)
        assert "Saved." in page_html(response)
        assert switches(owner.user) == now
    assert switches(other_user.user) == (True, True)


def test_nothing_else_can_be_changed_there(owner):
    owner.post(PAGE, {"email": "eve@example.com", "is_superuser": "on", "name": "Eve"})
    user = User.objects.get(pk=owner.user.pk)
    assert (user.email, user.is_superuser, user.name) == ("ada@example.com", False, "Ada Okafor")


def test_an_administrator_has_switches_of_their_own(owner, administrator):
    administrator.post(PAGE, {})
    assert switches(owner.user) == (True, True)
    assert switches(User.objects.get(username="root")) == (False, False)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_in_first(nobody, db, method):
    assert getattr(nobody, method)(PAGE)["Location"].startswith("/login/")


def test_it_says_when_the_site_sends_none(owner, settings):
    settings.SENDS_MAIL = False
    assert "This site sends no mail" in page_html(owner.get(PAGE))
    owner.post(PAGE, {})
    assert switches(owner.user) == (False, False)  # for when it does


def test_it_says_when_there_is_nowhere_to_write_to(owner):
    User.objects.update(email="")
    page = page_html(owner.get(PAGE))
    assert "Asana gave Onelist no e-mail address for you" in page
    assert "nowhere to write to" in page


def test_it_says_that_an_address_is_from_asana_only_where_it_is(owner, administrator):
    from_asana = ", the address that Asana gave"
    assert f"To <bdi>ada@example.com</bdi>{from_asana}" in page_html(owner.get(PAGE))
    User.objects.update(email="changed@example.com")  # by an administrator
    for person in (owner, administrator):
        page = page_html(person.get(PAGE))
        assert "To <bdi>changed@example.com</bdi>." in page
        assert from_asana not in page


def test_nobody_without_an_account_is_told_that_asana_gave_no_address(administrator):
    page = page_html(administrator.get(PAGE))
    assert "Onelist has no e-mail address for you" in page
    assert "Asana gave" not in page
