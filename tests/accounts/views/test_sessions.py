from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from qsessions.models import Session

from accounts import messages, sessions
from accounts.models import AuditEntry, User
from tests.markup import page_html
from tests.people import sign_in
from tests.stand_in import ADA

PAGE = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def phone(owner, asana) -> Client:
    """Return the browser of a phone on which the owner is signed in as well."""
    client = Client(headers={"User-Agent": IPHONE}, REMOTE_ADDR="192.0.2.7")
    sign_in(client, asana, ADA)
    client.get(PAGE)
    return client


def key(client) -> str:
    return client.cookies["onelist"].value


def end(reference: str) -> str:
    return f"{PAGE}{reference}/end/"


def test_the_owner_sees_every_browser_and_which_is_this_one(owner, phone):
    page = page_html(owner.get(PAGE, headers={"User-Agent": FIREFOX}))
    assert "Firefox on Linux" in page
    assert "Mobile Safari on iOS" in page
    assert "192.0.2.7" in page
    assert page.count("This browser") == 1
    assert page.index("This browser") < page.index("Mobile Safari")


def test_it_says_since_when_and_when_last_used(owner, phone):
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        page = page_html(owner.get(PAGE))
    assert "last used now" in page
    assert "3\xa0hours ago" in page
    assert page.count("Signed in <time") == 2


def test_one_from_before_this_list_was_kept_says_so(owner):
    Session.objects.update(created_at=None)
    assert "Signed in before Onelist kept this list" in page_html(owner.get(PAGE))


def test_no_key_of_a_session_is_on_the_page(owner, phone):
    page = page_html(owner.get(PAGE))
    assert key(owner.client) not in page
    assert key(phone) not in page


def test_others_see_none_of_it(owner, phone, other_user, administrator):
    for stranger in (other_user, administrator):
        page = page_html(stranger.get(PAGE))
        assert "192.0.2.7" not in page
        assert page.count("Signed in <time") == 1


@pytest.mark.parametrize("path", [PAGE, PAGE + "end/", end("a" * 32)])
def test_nobody_signs_in_first(nobody, db, path):
    response = nobody.get(path) if path == PAGE else nobody.post(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


def test_one_that_has_run_out_is_not_shown(owner, phone):
    Session.objects.filter(pk=key(phone)).update(expire_date=timezone.now() - timedelta(days=1))
    assert "iOS" not in page_html(owner.get(PAGE))


def test_one_is_ended_and_signs_out_that_browser_alone(owner, phone):
    response = owner.post(end(sessions.reference(key(phone))), follow=True)
    assert "Signed out: Mobile Safari on iOS." in page_html(response)
    assert phone.get(PAGE)["Location"].startswith("/login/")
    assert owner.get(PAGE).status_code == 200
    entry = AuditEntry.objects.get(event=AuditEntry.Event.SESSION_ENDED)
    assert (entry.user, entry.by) == (owner.user, AuditEntry.By.PERSON)
    assert entry.detail_args == {"browser": "Mobile Safari", "system": "iOS"}
    assert messages.detail_message(entry) == "Mobile Safari on iOS"


def test_ended_twice_is_ended_once(owner, phone):
    reference = sessions.reference(key(phone))
    for _ in range(2):
        response = owner.post(end(reference), follow=True)
        assert response.status_code == 200
    assert "has ended already" in page_html(response)
    assert AuditEntry.objects.filter(event=AuditEntry.Event.SESSION_ENDED).count() == 1


def test_who_ends_the_own_one_is_signed_out(owner):
    response = owner.post(end(sessions.reference(key(owner.client))), follow=True)
    assert "You are signed out here" in page_html(response)
    assert owner.get(PAGE).status_code == 302
    assert not Session.objects.filter(user=owner.user).exists()


@pytest.mark.parametrize("stranger", ["other_user", "administrator"])
def test_nobody_ends_somebody_elses(owner, stranger, request):
    stranger = request.getfixturevalue(stranger)
    response = stranger.post(end(sessions.reference(key(owner.client))), follow=True)
    assert "has ended already" in page_html(response)  # as for one that never was
    assert owner.get(PAGE).status_code == 200


def test_a_sessions_key_finds_nothing(owner, phone):
    owner.post(end(key(phone)))
    assert phone.get(PAGE).status_code == 200


def test_all_the_others_are_ended(owner, phone, other_user):
    assert "Sign out everywhere else" in page_html(owner.get(PAGE))
    owner.post(PAGE + "end/")
    assert phone.get(PAGE).status_code == 302
    assert owner.get(PAGE).status_code == other_user.get(PAGE).status_code == 200
    assert AuditEntry.objects.filter(event=AuditEntry.Event.SESSION_ENDED).count() == 1
    assert "Sign out everywhere else" not in page_html(owner.get(PAGE))
    assert owner.post(PAGE + "end/").status_code == 302  # again: there is none
    assert AuditEntry.objects.filter(event=AuditEntry.Event.SESSION_ENDED).count() == 1


def test_only_a_form_ends_one(owner, phone):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.client.cookies
    for path in (end(sessions.reference(key(phone))), PAGE + "end/"):
        assert owner.get(path).status_code == 405
        assert strict.post(path).status_code == 403
    assert phone.get(PAGE).status_code == 200


def test_all_end_when_the_person_is_switched_off(owner, phone, other_user):
    user = owner.user
    user.is_active = False
    user.save()
    assert not Session.objects.filter(user=user).exists()
    assert owner.get(PAGE).status_code == phone.get(PAGE).status_code == 302
    assert other_user.get(PAGE).status_code == 200


def test_nobody_who_is_signed_in_is_told_that_they_are_switched_off(owner):
    assert owner.get("/login/inactive/")["Location"] == "/tasks/"
    User.objects.update(is_active=False)
    assert owner.get("/login/inactive/").status_code == 403


def test_who_is_switched_off_in_the_database_alone_has_no_page_either(owner, phone):
    type(owner.user).objects.filter(pk=owner.user.pk).update(is_active=False)
    assert owner.get(PAGE).status_code == 302


def test_a_new_password_ends_the_others(administrator, django_user_model):
    other = Client()
    other.login(username="root", password="root")
    form = {
        "old_password": "root",
        "new_password1": "Of-the-9-lives",
        "new_password2": "Of-the-9-lives",
    }
    assert administrator.post("/admin/password_change/", form).status_code == 302
    assert administrator.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302


def test_very_many_are_not_all_shown_but_all_ended(owner):
    now = timezone.now()
    Session.objects.bulk_create(
        Session(pk=f"k{n}", user=owner.user, expire_date=now + timedelta(days=1), updated_at=now)
        for n in range(300)
    )
    page = page_html(owner.get(PAGE))
    assert page.count('class="card"') == 50
    assert "And 251 more" in page
    assert "This browser" in page
    owner.post(PAGE + "end/")
    assert Session.objects.filter(user=owner.user).count() == 1


def test_a_browser_that_calls_itself_markup_is_text(owner):
    page = page_html(owner.get(PAGE, headers={"User-Agent": "<b>Bot/1.0 (X11; <i>Linux)"}))
    assert "<b>Bot" not in page
    assert "<i>Linux" not in page
