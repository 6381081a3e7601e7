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
    answer = nobody.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert PAGE in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/accounts/{}/label/", "/accounts/me/data/", "/accounts/sessions/end/", "/logout/"]
)
def test_so_does_who_is_signed_in_and_no_cache_keeps_it(owner, address):
    answer = owner.get(address.format(owner.account.pk))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert PAGE in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_an_administrator_too(administrator):
    assert PAGE in administrator.get("/admin/logout/").content.decode()


def test_it_is_as_well_guarded_as_other_pages(db, nobody, path):
    answer = nobody.get(path)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_head_is_told_the_same(db, nobody, path):
    answer = nobody.head(path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("headers", [HTMX, {"Accept": "application/json"}])
def test_parts_and_machines_get_nothing_to_show(db, nobody, path, headers):
    answer = nobody.get(path, headers=headers)
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("method", ["put", "delete", "options", "patch"])
def test_so_do_methods_that_no_browser_opens_a_page_with(db, nobody, path, method):
    answer = getattr(nobody, method)(path)
    assert (answer.status_code, answer.content) == (405, b"")


def test_a_post_to_a_page_gets_none_either(db, nobody):
    answer = nobody.post("/login/")
    assert (answer.status_code, answer.content) == (405, b"")


def test_a_session_that_does_not_exist_is_no_trouble(db):
    client = Client(headers={"Cookie": "onelist=nonsense"})
    assert client.get("/logout/").status_code == 405
