"""Opened in a browser, an address that takes a form alone."""

import pytest
from django.test import Client

PAGE = "This page can't be opened directly"
HTMX = {"HX-Request": "true"}


@pytest.fixture(params=["/login/asana/", "/logout/"])
def path(request) -> str:
    found: str = request.param
    return found


def test_visitors_get_a_page(db, nobody, path):
    response = nobody.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert PAGE in response.content.decode()
    assert 'href="/"' in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/accounts/{}/label/", "/accounts/me/data/", "/accounts/sessions/end/", "/logout/"]
)
def test_so_does_who_is_signed_in_and_no_cache_keeps_it(owner, address):
    response = owner.get(address.format(owner.account.pk))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert PAGE in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_an_administrator_too(administrator):
    assert PAGE in administrator.get("/admin/logout/").content.decode()


def test_it_is_as_well_guarded_as_other_pages(db, nobody, path):
    response = nobody.get(path)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_a_head_is_told_the_same(db, nobody, path):
    response = nobody.head(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("headers", [HTMX, {"Accept": "application/json"}])
def test_parts_and_machines_get_nothing_to_show(db, nobody, path, headers):
    response = nobody.get(path, headers=headers)
    assert (response.status_code, response.content) == (405, b"")


@pytest.mark.parametrize("method", ["put", "delete", "options", "patch"])
def test_so_do_methods_that_no_browser_opens_a_page_with(db, nobody, path, method):
    response = getattr(nobody, method)(path)
    assert (response.status_code, response.content) == (405, b"")


def test_a_post_to_a_page_gets_none_either(db, nobody):
    response = nobody.post("/login/")
    assert (response.status_code, response.content) == (405, b"")


def test_a_session_that_does_not_exist_is_no_trouble(db):
    client = Client(headers={"Cookie": "onelist=nonsense"})
    assert client.get("/logout/").status_code == 405
