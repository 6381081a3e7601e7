"""Forms from pages that were opened before the last sign-in or sign-out in another tab."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import AsanaAccount
from asana_tasks.models import SavedView
from tests.markup import page_html
from tests.people import path_of
from tests.stand_in import ADA

OURS = {"origin": "http://testserver"}
SAVE = "/tasks/views/save/"
TYPED = {"name": "<Mine>", "query": "kind=approval", "csrfmiddlewaretoken": "x" * 64}


def strict(client: Client) -> Client:
    """Return a browser with this client's session that checks tokens, and holds an older one."""
    checked = Client(enforce_csrf_checks=True)
    checked.cookies.update(client.cookies)
    checked.cookies[settings.CSRF_COOKIE_NAME] = "y" * 32
    return checked


def sent(client: Client, path: str, data: dict | None = None, **headers: str):
    return strict(client).post(path, data or {}, headers=OURS | headers)


def test_what_was_typed_is_offered_again(owner):
    page = page_html(sent(owner.client, SAVE, TYPED))
    assert "Nothing has been changed yet" in " ".join(page.split())
    assert '<input type="hidden" name="name" value="&lt;Mine&gt;">' in page
    assert f'action="{SAVE}"' in page
    assert TYPED["csrfmiddlewaretoken"] not in page
    assert not SavedView.objects.exists()


def test_sent_again_it_is_done(owner):
    browser = strict(owner.client)
    page = browser.post(SAVE, TYPED, headers=OURS)
    token = str(page.context["csrf_token"])
    browser.post(SAVE, TYPED | {"csrfmiddlewaretoken": token}, headers=OURS)
    assert SavedView.objects.get().name == "<Mine>"


def test_each_of_several_values_is_kept(owner):
    page = page_html(sent(owner.client, "/tasks/change/", {"task": ["1", "2"], "do": "complete"}))
    assert page.count('name="task"') == 2


def test_a_part_of_a_page_that_asks_for_it_becomes_the_page(owner):
    response = sent(owner.client, SAVE, TYPED, **{"hx-request": "true"})
    assert response.status_code == 200
    assert response["HX-Retarget"] == "body"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_a_form_that_is_not_proven_to_be_ours_is_refused(owner, headers):
    """Its sender could have typed what the button would send."""
    response = strict(owner.client).post(SAVE, TYPED, headers=headers)
    assert response.status_code == 403
    assert "kind=approval" not in page_html(response)


def test_a_browser_without_cookies_is_told(owner):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/login/asana/", headers=OURS).status_code == 403


def test_a_second_tab_with_the_sign_in_page_leads_to_the_list(owner):
    browser = strict(owner.client)
    response = browser.post("/login/asana/", headers=OURS, follow=True)
    assert response.redirect_chain == [("/tasks/", 302)]
    assert "signed in already" in page_html(response)


@pytest.mark.parametrize("path", ["/login/asana/", SAVE, "/logout/"])
def test_without_a_session_one_signs_in_first(db, nobody, path):
    response = strict(nobody).post(path, TYPED, headers=OURS, follow=True)
    assert response.redirect_chain == [("/login/?too_old=1", 302)]
    assert "too old" in page_html(response)


def test_somebody_who_has_begun_a_sign_in_is_told_by_a_message(db, asana, nobody):
    nobody.post("/login/asana/")
    response = strict(nobody).post("/login/asana/", headers=OURS, follow=True)
    assert response.redirect_chain == [("/login/", 302)]
    assert "too old" in page_html(response)


def test_a_password_of_nobody_leads_to_the_sign_in_of_the_administration(db, nobody):
    data = {"username": "root", "password": "hunter2"}
    response = strict(nobody).post("/admin/login/", data, headers=OURS, follow=True)
    assert response.redirect_chain == [("/admin/login/?too_old=1", 302)]
    assert "too old" in page_html(response)


def test_no_password_is_written_into_a_page(administrator, nobody, django_user_model):
    data = {"username": "root", "password": "hunter2"}
    for client, path, start in (
        (nobody, "/admin/login/", "/admin/login/?too_old=1"),
        (administrator, "/admin/password_change/", "/admin/password_change/"),
    ):
        old = {"old_password": "hunter2"} | data
        response = strict(client).post(path, old, headers=OURS)
        assert response["Location"] == start
        assert b"hunter2" not in response.content


def test_another_user_and_an_administrator_get_their_own(owner, other_user, administrator):
    path = f"/accounts/{owner.account.pk}/disconnect/"
    for client in (other_user.client, administrator):
        browser = strict(client)
        token = str(browser.post(path, headers=OURS).context["csrf_token"])
        browser.post(path, {"csrfmiddlewaretoken": token}, headers=OURS)
    assert AsanaAccount.objects.filter(pk=owner.account.pk).exists()


def test_signing_in_in_one_tab_makes_the_form_of_the_other_old(owner, asana):
    """As a browser does it: the token of the first page is of before the sign-in."""
    browser = Client(enforce_csrf_checks=True)
    token = str(browser.get("/login/").context["csrf_token"])
    form = {"csrfmiddlewaretoken": token}
    url = browser.post("/login/asana/", form, headers=OURS)["Location"]
    assert browser.get(path_of(asana.allow(url, ADA))).status_code == 302
    assert browser.post("/login/asana/", form, headers=OURS)["Location"] == "/tasks/"
