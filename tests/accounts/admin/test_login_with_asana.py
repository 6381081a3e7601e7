"""Staff sign in to the administration with Asana, and with nothing else if passwords are off."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from tests.accounts.admin.test_login import attempt, someone
from tests.accounts.administration import user_of
from tests.accounts.views.test_confirm import grow_old
from tests.people import sign_in
from tests.stand_in import ADA

LOGIN = "/admin/login/"
BUTTON = "Sign in with Asana"


@pytest.fixture
def passwords_off(settings) -> None:
    settings.ADMIN_PASSWORDS = False
    settings.AUTHENTICATION_BACKENDS = [
        settings.AUTHENTICATION_BACKENDS[0],
        "accounts.passwords.PermissionsOnly",
    ]


def test_the_form_has_a_button_that_leads_back_to_the_page(nobody, db):
    page = nobody.get(LOGIN, {"next": "/admin/accounts/user/"}).content.decode()
    assert BUTTON in page
    assert 'name="next" value="/admin/accounts/user/"' in page
    assert 'action="/login/asana/"' in page
    assert 'name="password"' in page


@pytest.mark.parametrize("is_staff", [True, False])
def test_staff_status_decides(owner, asana, is_staff):
    User.objects.filter(pk=owner.user.pk).update(is_staff=is_staff)
    client = Client()
    assert sign_in(client, asana, ADA, next="/admin/")["Location"] == "/admin/"
    response = client.get("/admin/")
    assert response.status_code == (200 if is_staff else 302)
    if not is_staff:
        page = client.get(response["Location"]).content.decode()
        assert "not authorized" in page
        assert BUTTON not in page


def test_without_passwords_there_is_no_form_for_one(passwords_off, nobody, db):
    page = nobody.get(LOGIN).content.decode()
    assert BUTTON in page
    assert 'name="password"' not in page


def test_nor_does_a_right_one_let_in(administrator, passwords_off):
    assert attempt(someone(), "root") == 403
    assert not AuditEntry.objects.filter(event="sign_in_refused").exists()


def test_sessions_that_began_with_one_end(administrator, passwords_off):
    assert administrator.get("/admin/")["Location"].startswith(LOGIN)


def test_permissions_stay(owner, passwords_off):
    """Account managers have theirs by a group, which a back end has to know."""
    User.objects.filter(pk=owner.user.pk).update(is_staff=True)
    owner.user.groups.add(owner.user.groups.model.objects.get(name="Account managers"))
    assert owner.get("/admin/accounts/user/").status_code == 200


def test_none_is_set_changed_or_asked_for(owner, passwords_off):
    User.objects.filter(pk=owner.user.pk).update(is_staff=True, is_superuser=True)
    user = User.objects.get(pk=owner.user.pk)
    other = User.objects.create_superuser("other", password="other")
    assert owner.get("/admin/password_change/").status_code == 403
    path = f"/admin/accounts/user/{other.pk}/password/"
    data = {"usable_password": "true", "password1": "correct 7 ho", "password2": "correct 7 ho"}
    assert owner.post(path, data).status_code == 403
    user.set_password("secret 1")
    user.save()
    session = owner.client.session
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    grow_old(owner.client)
    assert user_of(owner.client) == user
    assert 'name="password"' not in owner.get("/accounts/connect/").content.decode()
